-- Starts the stand-in game server alone, in a game directory of its own, for specs of it and of its clients.
local a2s = require "spec.support.a2s_client"
local fs = require "host.fs"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local rcon = require "spec.support.rcon_client"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local M = {}

M.PASSWORD = "spec-password"
M.program = runtime.executable:gsub("[^/]*$", "srcds_linux")

local CFG = ('hostname "Spec server"\nrcon_password "%s"\n'):format(M.PASSWORD)

local Game = {}
Game.__index = Game

--- Start a game.
-- @param options {args=string[], cfg=string (after hostname and password), files={path=text} below left4dead2,
--   port=integer, wait=boolean (default true: until it answers)}|nil
-- @return game {port, root, process}; use it as a to-be-closed variable
function M.start(options)
  options = options or {}
  local game = setmetatable({ port = options.port or ports.free(), path = service.temporary_directory() }, Game)
  game.root = assert(fs.root(game.path))
  local files = { ["cfg/server.cfg"] = CFG .. (options.cfg or ""), ["maps/c1m1_hotel.bsp"] = "VBSP",
    ["maps/c2m1_highway.bsp"] = "VBSP" }
  for path, text in pairs(options.files or {}) do files[path] = text end
  for path, text in pairs(files) do
    assert(game.root:mkdirs("left4dead2/" .. path:match("^(.*)/")))
    assert(game.root:write("left4dead2/" .. path, text))
  end
  local argv = { M.program, "-game", "left4dead2", "-norestart", "+hostport", ("%d"):format(game.port) }
  table.move(options.args or {}, 1, #(options.args or {}), #argv + 1, argv)
  local log = assert(game.root:append("console.log"))
  game.process = assert(proc.spawn { argv = argv, cwd = game.path, stdin = "pipe", stdout = log:fd(),
    stderr = log:fd() })
  log:close()
  if options.wait ~= false then game:answering() end
  return game
end

--- Wait until it answers queries.
function Game:answering()
  return service.eventually("the game's answer", function()
    return a2s.info("127.0.0.1", self.port, 20)
  end)
end

--- What it printed.
function Game:log()
  return assert(self.root:read("console.log", 1 << 24))
end

--- Wait for a text in its log.
function Game:logged(text)
  return service.eventually(("%q in the log"):format(text), function() return self:log():find(text, 1, true) end)
end

--- Type a line on its console.
function Game:type(line)
  assert(self.process:write(line .. "\n"))
end

--- @return an RCON client, logged in; or nil, message
function Game:rcon(timeout_ms, password)
  return rcon.open("127.0.0.1", self.port, password or M.PASSWORD, timeout_ms)
end

--- Wait for its end.
-- @return {kind, code, signal}
function Game:ended()
  return service.eventually("the game's end", function()
    self.status = self.status or self.process:wait()
    return self.status
  end)
end

function Game:close()
  if not self.status then
    self.process:kill("KILL")
    self:ended()
  end
  self.process:close()
  self.root:close()
  proc.run { argv = { "rm", "-rf", "--", self.path }, timeout_ms = 20000 }
end
Game.__close = Game.close

return M
