-- A small blocking HTTP/1.1 client with deadlines for specs, benchmarks and the quickstart (RFC 9112, WHATWG SSE).
local clock = require "host.clock"
local json = require "host.json"
local proc = require "host.proc"
local sock = require "host.sock"

local M = {}

local Connection = {}
Connection.__index = Connection

--- Open a connection.
-- @param address string "IP:PORT"
-- @param timeout_ms integer|nil limit of each wait (default 10000)
-- @return connection; raises when refused
function M.open(address, timeout_ms)
  local ip, port = address:match("^([%d.]+):(%d+)$")
  local socket = assert(sock.tcp_connect(ip, math.tointeger(port)))
  local connection = setmetatable({ socket = socket, buffer = "", timeout_ms = timeout_ms or 10000 }, Connection)
  connection:wait("w")
  assert(socket:connected())
  return connection
end

function Connection:wait(mode)
  assert(self.socket:wait(mode, self.timeout_ms), "timeout")
end

--- Send raw bytes, all of them.
function Connection:send(data)
  while #data > 0 do
    local sent, why = self.socket:send(data)
    if sent then data = data:sub(sent + 1)
    elseif why == "again" then self:wait("w")
    else error(why, 2) end
  end
end

--- Read more into the buffer. Returns false at the end of the stream.
function Connection:fill()
  while true do
    local data, why = self.socket:recv(65536)
    if data then
      self.buffer = self.buffer .. data
      return true
    elseif why ~= "again" then
      return false
    end
    self:wait("r")
  end
end

--- Take bytes up to and with the delimiter (plain text), or nil at the end of the stream.
function Connection:take_until(delimiter)
  local from = 1
  while true do
    local _, stop = self.buffer:find(delimiter, from, true)
    if stop then
      local taken = self.buffer:sub(1, stop)
      self.buffer = self.buffer:sub(stop + 1)
      return taken
    end
    from = math.max(1, #self.buffer - #delimiter + 2)
    if not self:fill() then return nil end
  end
end

function Connection:take(count)
  while #self.buffer < count do
    if not self:fill() then break end
  end
  local taken = self.buffer:sub(1, count)
  self.buffer = self.buffer:sub(count + 1)
  return taken
end

function Connection:take_all()
  while self:fill() do end -- luacheck: ignore 542 (the loop's work is its condition)
  local taken = self.buffer
  self.buffer = ""
  return taken
end

--- Read the head of a response.
-- @return {status, headers} with lower-case names; set-cookie is a list; nil at the end of the stream
function Connection:head()
  local text = self:take_until("\r\n\r\n")
  if not text then return nil end
  local response = { status = math.tointeger(text:match("^HTTP/1%.[01] (%d%d%d)")), headers = {}, cookies = {} }
  for name, value in text:gmatch("\n([^:\r\n]+):[ \t]*([^\r\n]*)") do
    name = name:lower()
    if name == "set-cookie" then table.insert(response.cookies, value) end
    response.headers[name] = value
  end
  return response
end

function Connection:chunks()
  local parts = {}
  while true do
    local size = tonumber((self:take_until("\r\n") or "0"):match("^%x+"), 16)
    if size == 0 then
      self:take_until("\r\n")
      return table.concat(parts)
    end
    parts[#parts + 1] = self:take(size)
    self:take(2)
  end
end

--- Read one whole response.
-- @param method string|nil the request's method (HEAD has no body)
function Connection:response(method)
  local response = self:head()
  if not response then return nil end
  local length = response.headers["content-length"]
  if method == "HEAD" or response.status == 204 or response.status == 304 then response.body = ""
  elseif length then response.body = self:take(math.tointeger(length))
  elseif response.headers["transfer-encoding"] == "chunked" then response.body = self:chunks()
  else response.body = self:take_all() end
  return response
end

--- One request on this connection.
-- @param options {headers={name=value}, body=string, json=value, form={name=value}}|nil
-- @return {status, headers, cookies, body}
function Connection:request(method, path, options)
  self:send(M.render(method, path, options or {}))
  return self:response(method)
end

function Connection:close()
  self.socket:close()
end
Connection.__close = Connection.close

local function encode(text)
  return (text:gsub("[^%w._~-]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

--- Render form fields as application/x-www-form-urlencoded, in the order of their names.
function M.form(fields)
  local out = {}
  for name, value in pairs(fields) do out[#out + 1] = encode(name) .. "=" .. encode(tostring(value)) end
  table.sort(out)
  return table.concat(out, "&")
end

--- The bytes of a request.
function M.render(method, path, options)
  local headers, body = { Host = "localhost" }, options.body
  if options.json ~= nil then
    body, headers["Content-Type"] = json.encode(options.json), "application/json"
  elseif options.form then
    body, headers["Content-Type"] = M.form(options.form), "application/x-www-form-urlencoded"
  end
  if body then headers["Content-Length"] = #body end
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  local lines = { ("%s %s HTTP/1.1"):format(method, path) }
  for name, value in pairs(headers) do lines[#lines + 1] = ("%s: %s"):format(name, value) end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

--- One request on a connection of its own; the body of a JSON answer is decoded into `json`.
function M.request(address, method, path, options)
  local connection <close> = M.open(address)
  local response = assert(connection:request(method, path, options), "the server closed the connection")
  if (response.headers["content-type"] or ""):find("application/json", 1, true) then
    response.json = assert(json.decode(response.body))
  end
  return response
end

--- What an answer's head says of its body: HEAD and GET say the same.
-- @param answer table
-- @return {length|nil, coding|nil, vary|nil}
function M.body_told(answer)
  return { length = answer.headers["content-length"], coding = answer.headers["content-encoding"],
    vary = answer.headers.vary }
end

--- What gzip made these bytes of.
-- @return string
function M.unpacked(bytes)
  local result = assert(proc.run { argv = { "gzip", "-dc" }, input = bytes, timeout_ms = 10000, max_output = 1 << 24 })
  assert(result.code == 0, result.stderr)
  return result.stdout
end

--- Log in as a browser does.
-- @return string the session's cookie, "name=value"
function M.log_in(address, username, password)
  local form = M.request(address, "GET", "/login")
  local answer = M.request(address, "POST", "/login", {
    headers = { Cookie = (form.cookies[1] or ""):match "^[^;]*" },
    form = { username = username, password = password, csrf = form.body:match 'name="csrf" value="([^"]+)"' } })
  assert(answer.status == 303, answer.body)
  for _, cookie in ipairs(answer.cookies) do
    if not cookie:find("Max-Age=0", 1, true) then return cookie:match "^[^;]*" end
  end
end

local function parse_event(text)
  local event = { data = {} }
  for line in text:gmatch("([^\n]*)\n") do
    local field, value = line:match("^(%a+): ?(.*)$")
    if field == "data" then table.insert(event.data, value)
    elseif field then event[field] = value end
  end
  event.data = table.concat(event.data, "\n")
  return event
end

--- Open an event stream.
-- @param options {headers=…, timeout_ms=…}|nil
-- @return stream with `response` (head), `next()` → {event, id, data} | nil at the end, and `close()`
function M.events(address, path, options)
  options = options or {}
  local connection = M.open(address, options.timeout_ms)
  local headers = { Accept = "text/event-stream" }
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  connection:send(M.render("GET", path, { headers = headers }))
  local stream = { response = connection:head(), received_at = nil }
  function stream.next()
    while true do
      local text = connection:take_until("\n\n")
      if not text then return nil end
      if not text:match("^:") then
        stream.received_at = clock.monotonic()
        return parse_event(text)
      end
    end
  end
  function stream.close() connection:close() end
  return stream
end

--- All events of a stream until it ends, as "event data" each for comparison; closes it.
-- @param stream of M.events
-- @return string[]
function M.drain(stream)
  local out = {}
  for event in stream.next do out[#out + 1] = ("%s %s"):format(event.event, event.data) end
  stream.close()
  return out
end

return M
