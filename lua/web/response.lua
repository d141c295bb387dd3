-- Makes responses; every one of them leaves with the security headers.
local json = require "host.json"

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

--- Add the security headers; for responses that were not made here.
function M.secured(response)
  response.headers = response.headers or {}
  for _, header in ipairs(SECURITY) do table.insert(response.headers, header) end
  return response
end

--- An HTML page or fragment.
function M.html(status, body, headers)
  local response = M.secured { status = status, body = body, headers = headers }
  table.insert(response.headers, { "Content-Type", "text/html; charset=utf-8" })
  return response
end

--- Plain text.
function M.text(status, body, headers)
  local response = M.secured { status = status, body = body, headers = headers }
  table.insert(response.headers, { "Content-Type", "text/plain; charset=utf-8" })
  return response
end

--- A JSON value.
function M.json(status, value, headers)
  local response = M.secured { status = status, body = json.encode(value) .. "\n", headers = headers }
  table.insert(response.headers, { "Content-Type", "application/json" })
  return response
end

--- See another page after a form (303), or log in first (302).
-- @param location string a path of ours
function M.redirect(location, status, headers)
  local response = M.secured { status = status or 303, body = "", headers = headers }
  table.insert(response.headers, { "Location", location })
  return response
end

--- An event stream or a streamed text.
-- @param stream table see host.serve
function M.stream(stream)
  return M.secured { stream = stream }
end

--- Whether a path is one of our own pages: local, absolute, and no trick of encoding or slashes.
-- @param path any what a request gave as `next`
-- @return boolean
function M.is_local(path)
  if type(path) ~= "string" or #path > 500 or not path:find("^/") then return false end
  if path:find("[%c\\%s]") or path:find("//", 1, true) or path:find("^/[^%w]") then return false end
  return not path:lower():find("%%2f") and not path:lower():find("%%5c") and not path:find("%%%x%x%%")
end

return M
