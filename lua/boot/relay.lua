-- `left4me relay PROGRAM [ARGS]`: the first process of a build's unit. It runs the program and says what that says as
-- one stream, which systemd opened itself: so the journal knows whose it is, and its reader knows where it ends.
local clock = require "host.clock"
local loop = require "host.loop"
local proc = require "host.proc"
local relayed = require "domain.relayed"
local runtime = require "host.runtime"
local signal = require "host.signal"

local M = {}

local READ_BYTES <const> = 65536
-- How long output is waited for after the program's end, when a process of its own goes on with it.
local DRAIN_MS <const> = 1000
local CANNOT_RUN <const> = 126
local USAGE <const> = "Usage: left4me relay PROGRAM [ARGS]\n"

-- Whoever does not listen any more must not keep the program from its end.
local function say(lines)
  if lines ~= "" then runtime.write(1, lines) end
end

-- → false at the stream's end
local function pass(child, name, stream)
  local chunk, why = child:read(name, READ_BYTES)
  if chunk then
    say(stream:feed(chunk))
  elseif why ~= "again" then
    say(stream:finish())
    return false
  end
  return true
end

local function attend(child, poll)
  local streams = { stdout = relayed.stream "stdout", stderr = relayed.stream "stderr" }
  for name in pairs(streams) do assert(poll:add(child:fd(name), "r", name)) end
  assert(poll:add(child:pidfd(), "r", "end"))
  local exit, deadline
  while not exit or next(streams) do
    local events = poll:wait(deadline and math.max(0, deadline - clock.monotonic()) or -1)
    for _, event in ipairs(events) do
      local name = event.tag
      if name == "end" then
        exit = child:wait()
        if exit then
          poll:del(child:pidfd())
          deadline = clock.monotonic() + DRAIN_MS
        end
      elseif not pass(child, name, streams[name]) then
        poll:del(child:fd(name))
        streams[name] = nil
      end
    end
    if deadline and clock.monotonic() >= deadline then break end
  end
  for _, stream in pairs(streams) do say(stream:finish()) end
  return exit
end

local function relay(argv)
  -- What asks us to end asks the program as well, and it decides.
  local _ <close> = assert(signal.watch { "TERM", "INT", "HUP" })
  runtime.unseen()
  local child <close>, err = proc.spawn { argv = argv, stdin = "null", stdout = "pipe", stderr = "pipe" }
  if not child then
    say(relayed.complaint(err) .. relayed.ending(CANNOT_RUN))
    return CANNOT_RUN
  end
  local poll <close> = assert(loop.new())
  local exit = attend(child, poll)
  say(relayed.ending(exit.code))
  return exit.code
end

--- Run `left4me relay`.
-- @param ... string the program and its arguments
-- @return integer exit code: the program's, 128 and the signal's number, 126 when it cannot be run
function M.run(...)
  if ... == "--help" then
    runtime.write(1, USAGE .. "Run a program; its lines go to stdout as systemd's journal reads them.\n")
    return 0
  end
  if not ... or (...):find "^%-" then
    runtime.write(2, "left4me relay: which PROGRAM?\n")
    return 2
  end
  return relay { ... }
end

return M
