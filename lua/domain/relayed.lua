-- A program's two streams in one, as journald reads it: each line has its priority in front (sd-daemon(3)).
local job_log = require "domain.job_log"

local M = {}

local END_LEVEL <const>, END <const> = 7, "left4me: end of output, exit code "

local PREFIX = { stdout = "<6>", stderr = "<3>" }

-- journald cuts white space at a line's end and drops lines that are empty then: this is neither and cannot be seen.
local EMPTY = "\u{200B}"

local function keep_empty(lines)
  return (lines:gsub("%f[^\n\0](<[36]>)([ \t]*)\n", "%1%2" .. EMPTY .. "\n"))
end

--- A line as the program wrote it.
-- @param text string a relayed line as journald gives it, without its priority
-- @return string
function M.text(text)
  if text:sub(-#EMPTY) ~= EMPTY then return text end
  return text:match("^([ \t]*)" .. EMPTY .. "$") or text
end

--- The last line, which no program can write: its own lines have another priority.
-- @param code integer the program's exit code
-- @return string
function M.ending(code)
  return ("<%d>%s%d\n"):format(END_LEVEL, END, code)
end

--- The exit code that a line tells.
-- @param priority integer as journald gives it
-- @param text string
-- @return integer|nil nil when it is one of the program's own lines
function M.exit_code(priority, text)
  return priority == END_LEVEL and text:sub(1, #END) == END and math.tointeger(tonumber(text:match("^%d+$", #END + 1)))
    or nil
end

local Stream = {}
Stream.__index = Stream

--- One of the two streams. It holds no more than a line's beginning.
-- @param name "stdout"|"stderr"
-- @return table with feed(chunk) and finish(), which give lines to be written: valid UTF-8, 4096 characters at most
function M.stream(name)
  return setmetatable({ tagger = job_log.tagger(PREFIX[name]) }, Stream)
end

--- Take a chunk.
-- @param chunk string any bytes, cut anywhere
-- @return string whole lines, or ""
function Stream:feed(chunk)
  return keep_empty(self.tagger:feed(chunk, ""))
end

--- The last line, when the stream ended without a line end.
-- @return string a line, or ""
function Stream:finish()
  return keep_empty(self.tagger:finish(""))
end

--- A line of our own, beside the program's.
-- @param text string
-- @return string
function M.complaint(text)
  return PREFIX.stderr .. "left4me: " .. text .. "\n"
end

return M
