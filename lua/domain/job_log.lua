-- Turns a child's output into lines of a job log: "<unix ms> O|E <text>\n", valid UTF-8, bounded, without NUL.
local lpeg = require "lpeg"

local P, R, S = lpeg.P, lpeg.R, lpeg.S

local M = {}

M.LINE_LIMIT = 4096
M.CUT = " … [cut]"

--- Where a job's log is, relative to the state directory.
-- @param id integer
-- @return string
function M.path(id)
  return ("logs/jobs/%d.log"):format(id)
end

--- The job whose log a file of that directory is.
-- @param name string of the file
-- @return integer|nil id
function M.id(name)
  return math.tointeger(tonumber(name:match("^(%d+)%.log$")))
end

-- Well-formed UTF-8 of more than one byte (RFC 3629, section 4).
local tail = R "\x80\xBF"
local sequence = R "\xC2\xDF" * tail + P "\xE0" * R "\xA0\xBF" * tail + R("\xE1\xEC", "\xEE\xEF") * tail * tail
  + P "\xED" * R "\x80\x9F" * tail + P "\xF0" * R "\x90\xBF" * tail * tail + R "\xF1\xF3" * tail * tail * tail
  + P "\xF4" * R "\x80\x8F" * tail * tail

-- NUL and what is not UTF-8 become U+FFFD, byte by byte. A return within a line would end it in an event stream; it
-- comes from progress bars, whose steps a blank keeps apart. One before the line's end goes.
local line_end = P "\n"
local content = ((R "\1\x7F" - S "\r\n") ^ 1 + sequence + P "\r" * (#line_end + -P(1)) / "" + P "\r" / " "
  + (P(1) - line_end) / "\u{FFFD}") ^ 0
local repaired = lpeg.Cs(content)
-- All whole lines, each after the argument's stamp, and where the rest begins.
local whole_lines = lpeg.Cs((lpeg.Carg(1) * content * line_end) ^ 1) * lpeg.Cp()

-- At most LINE_LIMIT characters, then the mark.
local function shorten(line, was_cut)
  if #line > M.LINE_LIMIT then
    local position = utf8.offset(line, M.LINE_LIMIT + 1)
    if position and position <= #line then line, was_cut = line:sub(1, position - 1), true end
  end
  return was_cut and line .. M.CUT or line
end

local Splitter = {}
Splitter.__index = Splitter

--- A splitter for one stream of one child. It never holds more than four bytes per character of a line.
-- @param stream string "O" (stdout) or "E" (stderr)
function M.splitter(stream)
  return M.tagger(" " .. stream .. " ")
end

--- A splitter whose lines have a prefix of their own; feed and finish take "" in the place of the time.
-- @param prefix string
function M.tagger(prefix)
  return setmetatable({ prefix = prefix, held = "", was_cut = false }, Splitter)
end

local HOLD = M.LINE_LIMIT * 4 + 4
local STRIDE = M.LINE_LIMIT // 2

function Splitter:line(bytes, stamp)
  local line = stamp .. self.prefix .. shorten(repaired:match(bytes), self.was_cut) .. "\n"
  self.was_cut = false
  return line
end

-- Whether no line can be too long: a line ends within each stride.
local function are_short(bytes)
  for from = 1, #bytes - STRIDE, STRIDE do
    local stop = bytes:find("\n", from, true)
    if not stop or stop >= from + STRIDE then return false end
  end
  return true
end

-- Lines that are not too long, all at once: the way of nearly all output.
local function short_lines(self, chunk, stamp)
  if self.was_cut or #self.held > STRIDE then return nil end
  local bytes = self.held .. chunk
  if not are_short(bytes) then return nil end
  local lines, rest = whole_lines:match(bytes, 1, stamp .. self.prefix)
  self.held = lines and bytes:sub(rest) or bytes
  return lines or ""
end

local function any_lines(self, chunk, stamp)
  local out, from = {}, 1
  while true do
    local stop = chunk:find("\n", from, true)
    if not stop then break end
    local text = chunk:sub(from, stop - 1)
    if self.held ~= "" then text, self.held = self.held .. text, "" end
    if #text > HOLD then text, self.was_cut = text:sub(1, HOLD), true end
    out[#out + 1] = self:line(text, stamp)
    from = stop + 1
  end
  local rest = self.held .. chunk:sub(from)
  if #rest > HOLD then rest, self.was_cut = rest:sub(1, HOLD), true end
  self.held = rest
  return table.concat(out)
end

--- Take a chunk.
-- @param chunk string any bytes, cut anywhere
-- @param now integer unix ms
-- @return string complete lines, ready to append; "" when none is complete
function Splitter:feed(chunk, now)
  local stamp = tostring(now)
  return short_lines(self, chunk, stamp) or any_lines(self, chunk, stamp)
end

--- The last line, when the stream ended without a line end.
-- @param now integer unix ms
-- @return string a line or ""
function Splitter:finish(now)
  if self.held == "" and not self.was_cut then return "" end
  local text = self.held
  self.held = ""
  return self:line(text, tostring(now))
end

return M
