-- Makes responses; every one of them leaves with the security headers.
local json = require "host.json"
local text = require "base.text"

local M = {}

local POLICY = table.concat({
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "font-src 'self'",
  "img-src 'self' https://*.steamstatic.com https://*.steamusercontent.com", "form-action 'self'", "base-uri 'none'",
  "frame-ancestors 'none'",
}, "; ")

local SECURITY = {
  { "Content-Security-Policy", POLICY },
  { "X-Content-Type-Options", "nosniff" },
  { "X-Frame-Options", "DENY" },
  { "Referrer-Policy", "same-origin" },
  { "Cross-Origin-Opener-Policy", "same-origin" },
  { "Cache-Control", "no-store" },
}

-- The security headers and one more; most answers share these lists, so nobody may change one.
local function common(name, value)
  local list = table.move(SECURITY, 1, #SECURITY, 1, {})
  list[#list + 1] = name and { name, value }
  return list
end

local HTML = common("Content-Type", "text/html; charset=utf-8")
local TEXT = common("Content-Type", "text/plain; charset=utf-8")
local JSON = common("Content-Type", "application/json")
local BARE = common()

local function joined(shared, own)
  if not own or #own == 0 then return shared end
  return table.move(own, 1, #own, #shared + 1, table.move(shared, 1, #shared, 1, {}))
end

--- Headers as a list, out of an error's table of names and values.
-- @param named table|nil
-- @return table list of {name, value}
function M.pairs(named)
  local out = {}
  for name, value in pairs(named or {}) do out[#out + 1] = { name, value } end
  return out
end

--- An HTML page or fragment.
-- @param headers table|nil list of {name, value} beside the usual ones
function M.html(status, body, headers)
  return { status = status, body = body, headers = joined(HTML, headers) }
end

--- Plain text.
function M.text(status, body, headers)
  return { status = status, body = body, headers = joined(TEXT, headers) }
end

--- A JSON value.
function M.json(status, value, headers)
  return { status = status, body = json.encode(value) .. "\n", headers = joined(JSON, headers) }
end

--- See another page after a form (303), or log in first (302).
-- @param location string a path of ours
function M.redirect(location, status, headers)
  local own = table.move(headers or {}, 1, #(headers or {}), 2, { { "Location", location } })
  return { status = status or 303, body = "", headers = joined(BARE, own) }
end

--- An event stream or a streamed text.
-- @param stream table see host.serve
function M.stream(stream)
  return { stream = stream, headers = BARE }
end

--- A file to be saved, never shown (RFC 6266: a plain name for old browsers, the real one beside it).
-- @param stream table of kind "file", see host.serve
-- @param name string of the file, any bytes
function M.attachment(stream, name)
  local plain = name:gsub("[^%w ._-]", "_")
  return { stream = stream, headers = common("Content-Disposition",
    ("attachment; filename=\"%s\"; filename*=UTF-8''%s"):format(plain, text.percent(name))) }
end

--- A log, from where the client left off: as events when it wants them (with ?times=1 also their times and the steps
-- of progress bars), else as plain text up to its end now.
-- @param stream table of a service's log_stream
-- @param request web.request
function M.log(stream, request)
  if stream.kind == "journal" then
    stream.from, stream.follow = request:resume_cursor(), request:wants_events()
    stream.tail = math.max(0, -request:resume_at())
    return M.stream(stream)
  end
  stream.from = request:resume_at()
  stream.times = request.query.times == "1"
  if request:wants_events() then return M.stream(stream) end
  return M.stream { kind = "text", path = stream.path, from = stream.from, format = stream.format }
end

-- What a path of ours is made of, percent signs included; the first segment starts with a letter or digit.
local PLAIN = "^/[%w._~!$&'()*+,;=:@/?%%-]*$"
-- Escapes that are a slash, a backslash, a percent sign (decoded twice?) or a control character.
local TRICKS = { "^2[fF]", "^5[cC]", "^25", "^[01]", "^7[fF]", "^%X", "^%x%X", "^%x?$" }

--- Whether a path is one of our own pages: local, absolute, and no trick of encoding or slashes.
-- @param path any what a request gave as `next`
-- @return boolean
function M.is_local(path)
  if type(path) ~= "string" or #path > 500 or not path:find(PLAIN) then return false end
  if path:find("//", 1, true) or path:find("^/[^%w]") then return false end
  for escape in path:gmatch("%%([^%%]?[^%%]?)") do
    for _, trick in ipairs(TRICKS) do
      if escape:find(trick) then return false end
    end
  end
  return true
end

return M
