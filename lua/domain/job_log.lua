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

-- NUL and what is not UTF-8 become U+FFFD, byte by byte. A return before the line's end goes.
local line_end = P "\n"
local content = ((R "\1\x7F" - S "\r\n") ^ 1 + sequence + P "\r" * #line_end / ""
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

-- Of a line that a progress bar writes anew after each return: how a terminal shows it in the end.
local function last_state(bytes)
  if not bytes:find("\r", 1, true) then return bytes end
  local text = bytes:match "^.*[^\r]" or ""
  return text:match "^.*\r(.*)$" or text
end

-- Whether a return does not just end a line. (The first look is much quicker, and mostly enough.)
local function steps_within(bytes)
  return bytes:find("\r", 1, true) and bytes:find "\r[^\n]"
end

-- A progress bar's line is long in the making: so often one of its steps goes into the log.
local STEP_MS = 1000

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
  if steps_within(bytes) or not are_short(bytes) then return nil end
  local lines, rest = whole_lines:match(bytes, 1, stamp .. self.prefix)
  self.held = lines and bytes:sub(rest) or bytes
  return lines or ""
end

-- What is held and this, as far as it is needed: its end after the last return, and no more than HOLD of it.
local function joined(self, text)
  if text:find("\r", 1, true) or self.held:sub(-1) == "\r" then self.was_cut = false end
  text, self.held = self.held .. text, ""
  local ending = text:sub(-1) == "\r" and "\r" or ""
  text = last_state(text)
  if #text > HOLD then text, self.was_cut = text:sub(1, HOLD), true end
  return text, ending
end

-- A step of a progress bar, whose line has not ended: marked with a return of its own, it stands for the line so far.
local function step(self, chunk, stamp)
  local now = tonumber(stamp)
  if not now then return "" end
  self.stepped = self.stepped or now
  if now - self.stepped < STEP_MS then return "" end
  local state = last_state((self.held .. chunk):match "^(.*)\r[^\r]*$")
  if state == "" or #state > STRIDE then return "" end
  self.stepped = now
  return self:line(state, stamp):sub(1, -2) .. "\r\n"
end

local function any_lines(self, chunk, stamp)
  local out, from = {}, 1
  while true do
    local stop = chunk:find("\n", from, true)
    if not stop then break end
    out[#out + 1] = self:line(joined(self, chunk:sub(from, stop - 1)), stamp)
    self.stepped = nil
    from = stop + 1
  end
  local rest = chunk:sub(from)
  if steps_within(self.held .. rest) then out[#out + 1] = step(self, rest, stamp) end
  self.held = table.concat({ joined(self, rest) })
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
  local text = last_state(self.held)
  self.held = ""
  return self:line(text, tostring(now))
end

return M
