-- Small helpers for text that people typed or programs printed.
local M = {}

--- Remove white space at both ends.
-- @param s string
-- @return string
function M.trim(s)
  local first = s:find("%S")
  -- From the first character on, `.*` gives back what is at the end: each character is looked at twice at most.
  return first and s:match(".*%S", first) or ""
end

--- The lines of a text, without their ends (\n or \r\n); a last line end adds no empty line.
-- @param s string
-- @return table list of strings
function M.lines(s)
  local out = {}
  for line in (s:gsub("\r\n", "\n"):gsub("([^\n])$", "%1\n")):gmatch("(.-)\n") do
    out[#out + 1] = line
  end
  return out
end

-- Where the first control character stands (C0, DEL, or C1 in UTF-8), not counting allowed ones.
local function first_control(s, allowed)
  for position, byte in s:gmatch("()([%c\xC2])") do
    if byte == "\xC2" then
      if s:find("^[\x80-\x9F]", position + 1) then return position end
    elseif not allowed:find(byte, 1, true) then
      return position
    end
  end
end

--- What makes a text unfit to be stored.
-- @param s string
-- @param allowed string|nil control characters that are fine, e.g. "\n\t"
-- @return string|nil "encoding" or "control"; nil when the text is valid UTF-8 without control characters
-- @return integer|nil byte where it is
function M.problem(s, allowed)
  local length, bad = utf8.len(s)
  if not length then return "encoding", bad end
  local position = first_control(s, allowed or "")
  if position then return "control", position end
end

--- Make a text safe for one line of a log or a terminal: control and broken bytes become \xNN.
-- @param s string
-- @return string
function M.printable(s)
  s = s:gsub("\xC2[\x80-\x9F]", function(pair) return ("\\xc2\\x%02x"):format(pair:byte(2)) end)
  s = s:gsub("%c", function(byte) return ("\\x%02x"):format(byte:byte()) end)
  local parts, from = {}, 1
  local _, bad = utf8.len(s)
  while bad do
    parts[#parts + 1] = s:sub(from, bad - 1) .. ("\\x%02x"):format(s:byte(bad))
    from = bad + 1
    _, bad = utf8.len(s, from)
  end
  return table.concat(parts) .. s:sub(from)
end

local REPLACEMENT <const> = "\u{FFFD}"

--- Any bytes as text to be shown: what is no character of UTF-8 and control characters become U+FFFD.
-- @param s string
-- @param kept string|nil control characters that stay
-- @return string
function M.repaired(s, kept)
  if not utf8.len(s) then
    local out, from = {}, 1
    while from <= #s do
      local _, bad = utf8.len(s, from)
      out[#out + 1] = s:sub(from, (bad or #s + 1) - 1)
      out[#out + 1] = bad and REPLACEMENT
      from = (bad or #s) + 1
    end
    s = table.concat(out)
  end
  return (s:gsub("\r\n", "\n"):gsub("%c", function(c)
    return kept and kept:find(c, 1, true) and c or REPLACEMENT
  end))
end

-- Characters that are not seen themselves, but turn or hide the words around them, or break their line: those for the
-- direction of words (UAX #9), without width, separators of lines, annotations, tags. The zero width joiner and
-- non-joiner are none of them: Persian and emoji need them; nor are the tags of a flag. static/js/ansi.js has the same.
local INVISIBLE <const> = {
  "\xD8\x9C", -- U+061C
  "\xE2\x80[\x8B\x8E\x8F\xA8-\xAE]", -- U+200B, U+200E, U+200F, U+2028 to U+202E
  "\xE2\x81[\xA0-\xAF]", -- U+2060 to U+206F
  "\xEF\xBB\xBF", -- U+FEFF
  "\xEF\xBF[\xB9-\xBB]", -- U+FFF9 to U+FFFB
  "\xF3\xA0[\x80\x81][\x80-\xBF]", -- U+E0000 to U+E007F
}
local FIRST_BYTES <const> = "[\xD8\xE2\xEF\xF3]"

-- Put something else for the flags of England, Scotland and their like: a black flag, three to six tags of letters and
-- digits, the tag that ends them (UTS #51, ED-14a).
local function replace_flags(s, replacement)
  return (s:gsub("\xF0\x9F\x8F\xB4[\xF3\x80-\xBF]+", function(run)
    local tags = run:match "^....(.+)\xF3\xA0\x81\xBF$" or ""
    local other = tags:gsub("\xF3\xA0\x81[\xA1-\xBA]", ""):gsub("\xF3\xA0\x80[\xB0-\xB9]", "")
    return other == "" and #tags >= 3 * 4 and #tags <= 6 * 4 and replacement(run) or nil
  end))
end

--- The first character that is not seen, but may turn or hide others.
-- @param s string valid UTF-8
-- @return integer|nil byte where it is
function M.invisible(s)
  local first
  if not s:find(FIRST_BYTES) then return nil end
  s = replace_flags(s, function(flag) return ("-"):rep(#flag) end)
  for _, pattern in ipairs(INVISIBLE) do
    local position = s:find(pattern)
    if position and position < (first or math.huge) then first = position end
  end
  return first
end

--- A text whose every character is seen: those that would turn or hide others become U+FFFD.
-- @param s string valid UTF-8
-- @return string
function M.visible(s)
  if not s:find(FIRST_BYTES) then return s end
  local flags, taken = {}, 0
  s = replace_flags(s, function(flag)
    flags[#flags + 1] = flag
    return "\xFF" -- no byte of UTF-8
  end)
  for _, pattern in ipairs(INVISIBLE) do s = s:gsub(pattern, REPLACEMENT) end
  return (s:gsub("\xFF", function()
    taken = taken + 1
    return flags[taken]
  end))
end

-- Blanks, and characters that leave no mark themselves (Unicode's Default_Ignorable_Code_Point, Hangul's fillers, an
-- empty pattern of Braille), by first and last.
local UNMARKED <const> = {
  { 0x20, 0x20 }, { 0xA0, 0xA0 }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 },
  { 0x1680, 0x1680 }, { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x2000, 0x200F }, { 0x2028, 0x202F },
  { 0x205F, 0x206F }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },
  { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A },
  { 0xE0000, 0xE0FFF },
}

local function leaves_mark(code)
  for _, range in ipairs(UNMARKED) do
    if code >= range[1] and code <= range[2] then return false end
  end
  return true
end

--- Whether nothing of a text is seen.
-- @param s string valid UTF-8
-- @return boolean
function M.blank(s)
  for _, code in utf8.codes(s) do
    if leaves_mark(code) then return false end
  end
  return true
end

--- Shorten a text to a number of characters; what was cut is marked.
-- @param s string valid UTF-8
-- @param characters integer at least 1
-- @return string
function M.shorten(s, characters)
  if utf8.len(s) <= characters then return s end
  return s:sub(1, utf8.offset(s, characters) - 1) .. "…"
end

--- Words as people list them: "a", "a and b", "a, b and c".
-- @param words table list of strings
-- @return string
function M.listed(words)
  if #words < 2 then return words[1] or "" end
  return table.concat(words, ", ", 1, #words - 1) .. " and " .. words[#words]
end

--- Text as a part of an address (RFC 3986): all but letters, digits and - . _ ~ is escaped.
-- @param text string
-- @return string
function M.percent(text)
  return (text:gsub("[^%w._~-]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

return M
