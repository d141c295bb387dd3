-- l4d2ctl logs: the console output of this run, its last lines and (--follow) what comes.
local clock = require "host.clock"
local console_lines = require "domain.console_lines"
local fs = require "host.fs"
local loop = require "host.loop"
local runtime = require "host.runtime"

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

local BLOCK = 65536
local TICK_MS = 100
-- How often a silent run is asked whether it still lives.
local ALIVE_MS = 1000

local function block_before(file, place)
  local from = math.max(0, place - BLOCK)
  file:seek(from)
  return file:read(place - from) or "", from
end

-- The offset where the last `lines` lines begin. Zero bytes are the part that was given back to
-- the disk; nothing before them counts.
local function beginning(file, size, lines)
  local place, left = size, lines
  while place > 0 do
    local block, from = block_before(file, place)
    if place == size and block:sub(-1) == "\n" then left = left + 1 end
    for i = #block, 1, -1 do
      if left == 0 or block:byte(i) == 0 then return from + i end
      if block:byte(i) == 10 then
        left = left - 1
        if left == 0 then return from + i end
      end
    end
    place = from
  end
  return 0
end

-- Copy what is there from `place` on. → the new place | nil when the reader is gone.
local function copy(show, file, place)
  while true do
    file:seek(place)
    local block = file:read(BLOCK)
    if not block or block == "" then return place end
    if not show(block) then return nil end
    place = place + #block
  end
end

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

local function follow(show, backend, name, file, place)
  local poll <close> = loop.new()
  watch_reader(poll)
  local invocation = backend:status(name).invocation
  local ask_at = 0
  while true do
    local over = false
    if clock.monotonic() >= ask_at then
      local status = backend:status(name)
      over = status.state == "stopped" or status.invocation ~= invocation
      ask_at = clock.monotonic() + ALIVE_MS
    end
    place = copy(show, file, place)
    if not place or over or reader_gone(poll, TICK_MS) then return 0 end
  end
end

--- @param ctx table of boot.ctl
-- @param values table {name, lines, follow}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  local backend, err = ctx.backend()
  if not backend then return nil, err end
  local path = backend:logs(values.name)
  if not path then return 0 end
  local folder <close> = assert(fs.root(path:match("^(.*)/")))
  local file <close> = folder:open(path:match("[^/]*$"), "r")
  if not file then return 0 end
  local inert = console_lines.inert()
  local function show(block) return ctx.out(inert(block)) end
  local place = copy(show, file, beginning(file, file:size(), values.lines))
  if not place or not values.follow then return 0 end
  return follow(show, backend, values.name, file, place)
end

return M
