-- `left4me console`: a console on the running service, from a terminal, a pipe or for one chunk.
local cli = require "base.cli"
local client = require "console.client"
local connection = require "console.connection"
local errors = require "base.errors"
local json = require "host.json"
local ports = require "boot.ports"
local runtime = require "host.runtime"
local sock = require "host.sock"

local M = {}

local E = errors.registry("console", {
  not_running = { status = 503, text = "The service is not running." },
  refused = { status = 403, text = "The service does not want this console." },
})

local function out(text) runtime.write(1, text) end
local function err(text) runtime.write(2, text) end

--- Wait by blocking; the default, where Ctrl-C simply ends us.
local function blocking_wait(socket)
  return function(_, mode) socket:wait(mode) end
end

local function explain(config, message, code)
  if code == "ENOENT" or code == "ECONNREFUSED" then
    return ("No service runs on %s; start it with: left4me serve --root %s")
      :format(config.root, config.root)
  end
  return ("%s/console.sock: %s"):format(config.root, message)
end

--- Connect and read the greeting.
-- @return table client, handle socket, table greeting | nil, err
local function attach(config, make_wait)
  local socket, message, code = sock.unix_connect(config.root .. "/console.sock")
  if not socket then return nil, E.not_running { text = explain(config, message, code) } end
  local attached = client.new {
    connection = connection.new { socket = socket, json = json, wait = make_wait(socket) },
    out = out, err = err,
  }
  local greeting, problem = attached:greet()
  if not greeting then return nil, E.refused { text = problem } end
  return attached, socket, greeting
end

local function batch(config, lines)
  local attached, socket = attach(config, blocking_wait)
  if not attached then return nil, socket end
  local ok = attached:batch(lines)
  socket:close()
  return ok and 0 or 1
end

local function single(config, code)
  local attached, socket = attach(config, blocking_wait)
  if not attached then return nil, socket end
  local ok = attached:run(code, true)
  socket:close()
  return ok and 0 or 1
end

--- Wait for the socket; Ctrl-C meanwhile goes to whoever listens.
local function interruptible_wait(watch, loop, on_interrupt)
  return function(socket)
    assert(loop:add(socket:fd(), "r", "socket"))
    return function(fd, mode)
      assert(loop:mod(fd, mode))
      while true do
        for _, event in ipairs(assert(loop:wait())) do
          if event.tag == "socket" then return end
          while watch:read() do on_interrupt() end
        end
      end
    end
  end
end

--- Where the history is kept; nil when there is no home for it.
local function history_file(environ)
  local base, below = environ.XDG_STATE_HOME, ""
  if not base then base, below = environ.HOME, ".local/state/" end
  local root = base and require("host.fs").root(base)
  if not root then return nil end
  local made = root:mkdirs(below .. "left4me", 448) -- 0700
  root:close()
  return made and ("%s/%sleft4me/console_history"):format(base, below)
end

local function converse(attached, editor, watch)
  local prompt = "left4me> "
  while true do
    local line, why = editor:read(prompt)
    if why == "eof" then break end
    local ok, state
    if line then
      ok, state = attached:run(line)
    else
      while watch:read() do out("^C\n") end
      ok, state = attached:forget()
    end
    if state == "lost" then return 1 end
    prompt = ok == nil and "      >> " or "left4me> "
  end
  out("\n")
  return 0
end

local function interactive(config)
  local watch <close> = assert(require("host.signal").watch { "INT" })
  local loop <close> = assert(require("host.loop").new())
  assert(loop:add(watch:fd(), "r", "interrupt"))
  local attached, socket, greeting
  local wait = interruptible_wait(watch, loop, function() attached:interrupt() end)
  attached, socket, greeting = attach(config, wait)
  if not attached then return nil, socket end
  out(("left4me %s, as %s. help() lists what there is, Ctrl-D leaves.\n")
    :format(greeting.version, greeting.user))
  local editor <close> = assert(require("host.edit").new {
    prompt = "left4me> ", history_file = history_file(runtime.environ()),
    interrupt_fd = watch:fd(),
  })
  editor:complete(function(line) return attached:complete(line) end)
  local code = converse(attached, editor, watch)
  socket:close()
  return code
end

local function run(values)
  local config, problem = ports.config { root = values.root }
  if not config then return nil, problem end
  if values.execute then return single(config, values.execute) end
  if runtime.isatty(0) and runtime.isatty(1) then return interactive(config) end
  return batch(config, io.lines())
end

local PROGRAM = {
  name = "left4me", summary = "Runs Left 4 Dead 2 servers composed of layers.",
  commands = { {
    name = "console", summary = "A Lua console attached to the running service", run = run,
    options = {
      { name = "root", value = "DIR", help = "The state directory" },
      { name = "execute", short = "e", value = "CODE",
        help = "Run one chunk and exit: 1 on an error" },
    },
  } },
}

--- Run `left4me console`.
-- @param ... string the arguments after the word console
-- @return integer exit code
function M.run(...)
  return cli.run(PROGRAM, { "console", ... }, out, err)
end

return M
