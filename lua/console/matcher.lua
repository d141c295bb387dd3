-- Matches Lua's string patterns in Lua: unlike the C functions it can be stopped at any step.
--
-- The rules are those of the manual, section 6.4.1. Positions count bytes from 1; a capture is
-- {start =, length =}, length being OPEN until its end is met and POSITION for "()".
local M = {}

local byte, sub, find, char = string.byte, string.sub, string.find, string.char
local OPEN <const>, POSITION <const> = -1, -2
local MAX_CAPTURES <const> = 32

local ESCAPE <const>, OPENING <const>, CLOSING <const> = byte "%", byte "(", byte ")"
local DOLLAR <const>, BRACKET <const>, BRACKET_END <const> = byte "$", byte "[", byte "]"
local STAR <const>, PLUS <const>, MINUS <const> = byte "*", byte "+", byte "-"
local QUESTION <const> = byte "?"
local CARET <const>, DOT <const>, ZERO <const> = byte "^", byte ".", byte "0"

--- letter → set of bytes, for %a, %A and so on.
local CLASSES = {}
for letter in ("acdglpsuwxzACDGLPSUWXZ"):gmatch "." do
  local set = {}
  for code = 0, 255 do set[code] = find(char(code), "%" .. letter) ~= nil end
  CLASSES[byte(letter)] = set
end

local match

--- Whether a byte belongs to %x; letters that are no class stand for themselves.
local function in_class(code, letter)
  local set = CLASSES[letter]
  if set then return set[code] end
  return code == letter
end

--- The position after the set that opens at p.
local function set_end(pattern, p)
  p = p + 1
  if byte(pattern, p) == CARET then p = p + 1 end
  repeat
    local code = byte(pattern, p)
    if not code then error("malformed pattern (missing ']')", 0) end
    p = p + (code == ESCAPE and 2 or 1)
  until byte(pattern, p) == BRACKET_END
  return p + 1
end

--- The position after the single-character item at p.
local function item_end(pattern, p)
  local code = byte(pattern, p)
  if code == BRACKET then return set_end(pattern, p) end
  if code ~= ESCAPE then return p + 1 end
  if p == #pattern then error("malformed pattern (ends with '%')", 0) end
  return p + 2
end

--- Whether a byte is in the set between p ("[") and last ("]").
local function in_set(code, pattern, p, last)
  p = p + 1
  local found = true
  if byte(pattern, p) == CARET then found, p = false, p + 1 end
  while p < last do
    local item, after = byte(pattern, p, p + 1)
    if item == ESCAPE then
      if in_class(code, after) then return found end
      p = p + 2
    elseif after == MINUS and p + 2 < last then
      if item <= code and code <= byte(pattern, p + 2) then return found end
      p = p + 3
    else
      if item == code then return found end
      p = p + 1
    end
  end
  return not found
end

local function single(m, s, p, after)
  local code = byte(m.subject, s)
  if not code then return false end
  local item = byte(m.pattern, p)
  if item == DOT then return true end
  if item == ESCAPE then return in_class(code, byte(m.pattern, p + 1)) end
  if item == BRACKET then return in_set(code, m.pattern, p, after - 1) end
  return item == code
end

local function expand_most(m, s, p, after)
  local count = 0
  while single(m, s + count, p, after) do count = count + 1 end
  for taken = count, 0, -1 do
    local last = match(m, s + taken, after + 1)
    if last then return last end
  end
end

local function expand_least(m, s, p, after)
  while true do
    local last = match(m, s, after + 1)
    if last then return last end
    if not single(m, s, p, after) then return nil end
    s = s + 1
  end
end

local function open_capture(m, s, p, length)
  if m.level == MAX_CAPTURES then error("too many captures", 0) end
  m.level = m.level + 1
  m.captures[m.level] = { start = s, length = length }
  local last = match(m, s, p)
  if not last then m.level = m.level - 1 end
  return last
end

local function close_capture(m, s, p)
  for level = m.level, 1, -1 do
    local capture = m.captures[level]
    if capture.length == OPEN then
      capture.length = s - capture.start
      local last = match(m, s, p)
      if not last then capture.length = OPEN end
      return last
    end
  end
  error("invalid pattern capture", 0)
end

local function balance(m, s, p)
  local open, close = byte(m.pattern, p, p + 1)
  if not close then error("malformed pattern (missing arguments to '%b')", 0) end
  if byte(m.subject, s) ~= open then return nil end
  local depth = 1
  for position = s + 1, #m.subject do
    local code = byte(m.subject, position)
    if code == close then
      depth = depth - 1
      if depth == 0 then return position + 1 end
    elseif code == open then
      depth = depth + 1
    end
  end
end

--- Whether s is a frontier of the set at p; the position after the set.
local function frontier(m, s, p)
  if byte(m.pattern, p) ~= BRACKET then error("missing '[' after '%f' in pattern", 0) end
  local after = set_end(m.pattern, p)
  local before, here = s > 1 and byte(m.subject, s - 1) or 0, byte(m.subject, s) or 0
  local is = not in_set(before, m.pattern, p, after - 1) and in_set(here, m.pattern, p, after - 1)
  return is, after
end

local function back_reference(m, s, digit)
  local level = digit - ZERO
  local capture = m.captures[level]
  if level == 0 or level > m.level or capture.length == OPEN then
    error(("invalid capture index %%%d"):format(level), 0)
  end
  local length = capture.length
  if length < 0 then return nil end
  local text = sub(m.subject, capture.start, capture.start + length - 1)
  return sub(m.subject, s, s + length - 1) == text and s + length or nil
end

--- %b, %f and %1; nil, nil when the escape is an ordinary item.
local function special(m, s, p)
  local letter = byte(m.pattern, p + 1)
  if letter == 98 then return balance(m, s, p + 2), p + 4 end
  if letter == 102 then
    local is, after = frontier(m, s, p + 2)
    return is and s or nil, after
  end
  if letter and letter >= ZERO and letter <= ZERO + 9 then
    return back_reference(m, s, letter), p + 2
  end
  return nil, nil
end

--- An ordinary item with its suffix: the end of the whole match, or where to go on.
local function item(m, s, p)
  local after = item_end(m.pattern, p)
  local suffix = byte(m.pattern, after)
  if suffix == STAR then return expand_most(m, s, p, after) end
  if suffix == MINUS then return expand_least(m, s, p, after) end
  local fits = single(m, s, p, after)
  if suffix == QUESTION then
    local last = fits and match(m, s + 1, after + 1)
    if last then return last end
    return nil, s, after + 1
  end
  if not fits then return nil end
  if suffix == PLUS then return expand_most(m, s + 1, p, after) end
  return nil, s + 1, after
end

--- Match the pattern from p on at s; the position after the match, or nil.
function match(m, s, p)
  while p <= #m.pattern do
    local code, last = byte(m.pattern, p), nil
    if code == OPENING then
      if byte(m.pattern, p + 1) == CLOSING then return open_capture(m, s, p + 2, POSITION) end
      return open_capture(m, s, p + 1, OPEN)
    end
    if code == CLOSING then return close_capture(m, s, p + 1) end
    if code == DOLLAR and p == #m.pattern then return s == #m.subject + 1 and s or nil end
    local after_s, after_p
    if code == ESCAPE then after_s, after_p = special(m, s, p) end
    if not after_p then last, after_s, after_p = item(m, s, p) end
    if not after_s then return last end
    s, p = after_s, after_p
  end
  return s
end

--- The value of a capture; without captures the first is the whole match.
-- @param m table the matcher
-- @param level integer from 1
-- @param s integer start of the match
-- @param last integer the position after it
-- @return string|integer
function M.capture(m, level, s, last)
  if level > m.level then
    if level > 1 then error(("invalid capture index %%%d"):format(level), 0) end
    return sub(m.subject, s, last - 1)
  end
  local entry = m.captures[level]
  if entry.length == OPEN then error("unfinished capture", 0) end
  if entry.length == POSITION then return entry.start end
  return sub(m.subject, entry.start, entry.start + entry.length - 1)
end

--- A matcher for one subject and one pattern; set its level to 0 before each match.
-- @param subject string
-- @param pattern string
-- @return table {subject, pattern, captures, level}
function M.new(subject, pattern)
  return { subject = subject, pattern = pattern, captures = {}, level = 0 }
end

--- Match at a position. A broken pattern raises, with the words of the C functions.
-- @param m table from new
-- @param s integer position in the subject
-- @param p integer position in the pattern
-- @return integer|nil the position after the match
M.match = match

return M
