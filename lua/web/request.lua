-- Reads what a request carries: query, form, cookies, JSON; each decoded once, bounded, or refused.
local errors = require "base.errors"
local json = require "host.json"
local text = require "base.text"

local M = {}

local MAX_FIELDS = 2000
local JSON_LIMITS = { max_bytes = 1 << 20, max_depth = 16 }

local Request = {}
Request.__index = Request

-- application/x-www-form-urlencoded, decoded once (WHATWG URL, 5.1); nil when it is malformed or holds a NUL.
local function unescape(escaped)
  if escaped:find("%%%X") or escaped:find("%%%x%X") or escaped:find("%%%x?$") then return nil end
  local plain = escaped:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  return utf8.len(plain) and not plain:find("\0", 1, true) and plain or nil
end

local function urlencoded(encoded)
  local out, count = {}, 0
  for pair in encoded:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = unescape(name), unescape(value)
    count = count + 1
    if not name or not value or count > MAX_FIELDS then return nil end
    out[name] = out[name] or value
    out[#out + 1] = { name = name, value = value }
  end
  return out
end

--- The media type of the body, lower case, without parameters.
function Request:media_type()
  return ((self.headers["content-type"] or ""):match("^%s*([^;%s]+)") or ""):lower()
end

--- The fields of the body's form: name → first value, and a list of {name=, value=} in order.
-- @return table|nil
-- @return table|nil err 415, 400
function Request:form()
  if self:media_type() ~= "application/x-www-form-urlencoded" then
    return nil, M.errors.form_type()
  end
  local fields = urlencoded(self.body)
  if not fields then return nil, M.errors.form() end
  return fields
end

--- The body as a JSON object; an empty body is an empty object.
-- @return table|nil
-- @return table|nil err 415, 400
function Request:json()
  if self:media_type() ~= "application/json" and (self.body ~= "" or self.headers["content-type"]) then
    return nil, M.errors.media_type()
  end
  if self.body == "" then return {} end
  local value, message = json.decode(self.body, JSON_LIMITS)
  if value == nil then return nil, M.errors.no_json { params = { reason = message } } end
  if type(value) ~= "table" or json.is_array(value) then
    return nil, M.errors.no_object()
  end
  return value
end

--- One cookie's value (RFC 6265); of several of one name none is taken.
-- @return string|nil
function Request:cookie(name)
  local found
  for pair in (self.headers.cookie or ""):gmatch("[^;]+") do
    local key, value = pair:match("^%s*([^=%s]+)=(.*)$")
    if key == name then
      if found then return nil end
      found = text.trim(value)
    end
  end
  return found
end

--- The name or IPv4 address the visitor reached us by, without its port.
-- @return string|nil nil when the Host header holds anything else
function Request:host()
  local host = (self.headers.host or ""):match("^([%w.-]+):?%d*$")
  return host and #host <= 253 and host or nil
end

--- Whether the page asked with HTMX.
function Request:is_fragment()
  return self.headers["hx-request"] == "true"
end

--- Whether the client wants an event stream.
function Request:wants_events()
  return (self.headers.accept or ""):find("text/event-stream", 1, true) ~= nil
end

-- What the client was sent last: the Last-Event-ID, or ?from=.
local function last_seen(self)
  return self.headers["last-event-id"] or self.query.from or ""
end

--- Where a log file's stream shall go on.
-- @return integer offset; negative: so many bytes before the end
function Request:resume_at()
  local place = last_seen(self):gsub("@%d+r?$", "") -- a time: runtime/lines.h
  return place:find("^%-?%d+$") and #place < 16 and math.tointeger(tonumber(place)) or 0
end

--- Where the stream of a journal shall go on.
-- @return string|nil what may be a cursor of sd-journal (sd_journal_get_cursor(3)), from whoever asks
function Request:resume_cursor()
  local place = last_seen(self)
  return #place < 180 and place:find("^s=%x+;i=%x+;b=%x+;m=%x+;t=%x+;x=%x+$") and place or nil
end

-- Who asks. A proxy on this machine tells it, last in its X-Forwarded-For; nobody else is believed.
local function client_of(raw)
  local told = raw.headers["x-forwarded-for"]
  if not told or not (raw.remote or ""):find("^127%.") then return raw.remote end
  local last = text.trim(told:match("^.*,(.*)$") or told)
  return #last <= 45 and last:find("^[%x.:]+$") and last or raw.remote
end

M.errors = errors.registry("request", {
  media_type = { status = 415, text = "The body must be sent as application/json." },
  form_type = {
    code = "request.media_type", status = 415,
    text = "This form must be sent as application/x-www-form-urlencoded.",
  },
  form = { code = "common.malformed", status = 400, exit = 2, text = "The form cannot be understood." },
  no_json = { code = "common.malformed", status = 400, exit = 2, text = "The body is not JSON: {reason}." },
  no_object = { code = "common.malformed", status = 400, exit = 2, text = "The body must be a JSON object." },
})

--- @param raw table see host.serve
-- @return table request; query is a table of names and values, and a list of {name=, value=}; malformed says that it
--   could not be understood
function M.new(raw)
  local query = urlencoded(raw.query or "")
  return setmetatable({
    method = raw.method, path = raw.path, headers = raw.headers, body = raw.body or "", remote = client_of(raw),
    raw_query = raw.query or "", query = query or {}, malformed = not query,
  }, Request)
end

return M
