-- l4d2ctl logs: the console output of this run, its last lines and (--follow) what comes.
local clock = require "host.clock"
local console_lines = require "domain.console_lines"
local loop = require "host.loop"
local runtime = require "host.runtime"
local server_run = require "domain.server_run"

local M = {
  name = "logs", summary = "Show the console output of a server's run",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
  options = {
    { name = "lines", short = "n", value = "N", type = "integer", min = 0, max = 1000000, default = 100,
      help = "How many of the last lines (default 100)" },
    { name = "follow", negatable = true, default = false,
      help = "Go on until the run ends, the reader is gone, or Ctrl-C" },
  },
}

-- How often a silent run is asked whether it still lives.
local ALIVE_MS = 1000

local SOURCES = { file = "ctl.log_file", journal = "ctl.log_journal" }

-- A regular file as stdout cannot be waited for and is never gone; a terminal that is gone sends a
-- signal, and would wake us for every key.
local function watch_reader(poll)
  if not runtime.isatty(1) then poll:add(1, "r", "stdout") end
end

local function reader_gone(poll, ms)
  for _, event in ipairs(poll:wait(ms)) do
    if event.hangup then return true end
  end
  return false
end

-- Two questions about the run that is shown: is it over (asked now and then)? Where has a later one begun?
local function questions(backend, name)
  local run, ask_at, over = server_run.of(backend:log(name)), 0, false
  local function next_run()
    local now = backend:log(name)
    return now and server_run.of(now) ~= run and now.after or nil
  end
  local function is_over()
    if not over and clock.monotonic() >= ask_at then
      over = backend:status(name).state == "stopped" or server_run.of(backend:log(name)) ~= run
      ask_at = clock.monotonic() + ALIVE_MS
    end
    return over
  end
  return is_over, next_run
end

-- The last lines of a run that is over may still be on their way: so long a silence is its end.
local function follow(show, source, is_over, next_run)
  local poll <close> = loop.new()
  watch_reader(poll)
  if source:fd() then poll:add(source:fd(), "r", "source") end
  local heard_at = clock.monotonic()
  while true do
    local over = is_over()
    local heard = source:copy(show, next_run)
    if heard == nil then return 0 end
    if heard then heard_at = clock.monotonic() end
    if over and clock.monotonic() - heard_at >= source.silence_ms then
      source:finish(show)
      return 0
    end
    if reader_gone(poll, source:patience()) then return 0 end
  end
end

--- @param ctx table of boot.ctl
-- @param values table {name, lines, follow}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  local backend, err = ctx.backend()
  if not backend then return nil, err end
  local log = backend:log(values.name)
  if not log then return 0 end
  local source <close>, problem = require(SOURCES[log.kind]).open(log, values.lines, values.follow)
  if problem then return nil, problem end
  if not source then return 0 end
  local inert = console_lines.inert()
  local function show(block) return ctx.out(inert(block)) end
  if values.follow then return follow(show, source, questions(backend, values.name)) end
  if source:copy(show) ~= nil then source:finish(show) end
  return 0
end

return M
