-- A log of one line per message: whatever a message contains, it cannot start a second line.
local text = require "base.text"

local M = {}

local LEVELS = { debug = 1, info = 2, warning = 3, error = 4 }
local MAX_BYTES = 4000

local Log = {}
Log.__index = Log

local function write(log, level, format, ...)
  if LEVELS[level] < log.threshold then return end
  local message = select("#", ...) > 0 and format:format(...) or format
  if #message > MAX_BYTES then message = message:sub(1, MAX_BYTES) .. " [cut]" end
  log.sink(("%s%s: %s"):format(log.prefix, level, text.printable(message)))
end

--- Write a message: a format and its values, or a text as it is.
function Log:debug(...) write(self, "debug", ...) end
function Log:info(...) write(self, "info", ...) end
function Log:warning(...) write(self, "warning", ...) end
function Log:error(...) write(self, "error", ...) end

--- A log whose lines start with one more word.
-- @param name string
-- @return table log
function Log:child(name)
  return M.new { sink = self.sink, threshold = self.threshold, prefix = self.prefix .. name .. " " }
end

--- Make a log.
-- @param options table {sink=function(line), level="debug|info|warning|error" (info)}
-- @return table log with debug, info, warning, error (format, …) and child(name)
function M.new(options)
  return setmetatable({
    sink = options.sink, prefix = options.prefix or "",
    threshold = options.threshold or assert(LEVELS[options.level or "info"], "unknown log level"),
  }, Log)
end

return M
