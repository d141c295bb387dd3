-- Starts spec/support/echo_server.lua in a child process on a directory of its own, for specs of the HTTP server.
local http = require "spec.support.http_client"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local M = {}

local Echo = {}
Echo.__index = Echo

local count = 0

--- A name no other example uses: topics live as long as the server.
-- @param prefix string
-- @return string
function M.fresh(prefix)
  count = count + 1
  return prefix .. count
end

--- Start the server.
-- @param options {NAME=VALUE}|nil passed to host.serve.run
-- @param before string[]|nil what comes before the command: a program that runs it
-- @return server with `address`, `directory`
function M.start(options, before)
  local directory = service.temporary_directory()
  local argv = { runtime.executable, "lua", runtime.share_dir .. "/spec/support/echo_server.lua", directory }
  argv = table.move(argv, 1, #argv, #(before or {}) + 1, table.move(before or {}, 1, #(before or {}), 1, {}))
  for name, value in pairs(options or {}) do argv[#argv + 1] = ("%s=%s"):format(name, value) end
  local child = assert(proc.spawn { argv = argv, stdout = "pipe", stderr = "pipe" })
  local self = setmetatable({ child = child, directory = directory, output = "", errors = "" }, Echo)
  service.eventually("the server's address", function()
    self:collect()
    self.address = self.output:match("listening on ([%d.:]+)\n")
    return self.address or self.status
  end)
  return self
end

--- Read what the child has written so far.
function Echo:collect()
  self.status = self.status or self.child:wait()
  self.output = self.output .. (self.child:read("stdout") or "")
  self.errors = self.errors .. (self.child:read("stderr") or "")
end

--- Send bytes on a new connection and read to the end.
-- @return string everything that came back, integer|nil the status
function Echo:raw(bytes)
  local connection <close> = http.open(self.address)
  pcall(connection.send, connection, bytes)
  local text = connection:take_all()
  return text, math.tointeger(text:match("^HTTP/1%.1 (%d%d%d) "))
end

--- GET a path.
function Echo:get(path, headers)
  return http.request(self.address, "GET", path, { headers = headers })
end

function Echo:write(name, text, mode)
  local file <close> = assert(io.open(self.directory .. "/" .. name, mode or "wb"))
  file:write(text)
end

--- End the server in order.
-- @return {kind, code}
function Echo:stop(signal)
  self.child:kill(signal or "TERM")
  service.eventually("the server's end", function()
    self:collect()
    return self.status
  end)
  return self.status
end

function Echo:close()
  if not self.status then self:stop() end
  self.child:close()
  proc.run { argv = { "rm", "-rf", self.directory }, timeout_ms = 5000 }
end
Echo.__close = Echo.close

return M
