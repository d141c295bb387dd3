-- The words people read in the browser: one catalogue a language, cut into areas, and which language a visitor gets.
--
-- A key is "area.name"; words/<language>/<area>.lua returns {name = "Text with {placeholder}"}, or for what is counted
-- {name = {one = "1 server", other = "{count} servers"}}. spec/web/words_spec.lua holds the languages to the same keys.
local escape = require "web.template".escape
local phrase = require "base.phrase"
local visible = require "base.text".visible

local M = {}

local Words = {}
Words.__index = Words

--- The languages there are; the first is the one for everybody else.
M.LANGUAGES = { "en", "de" }

local KNOWN = {}
for _, language in ipairs(M.LANGUAGES) do KNOWN[language] = true end

local function entry(self, key)
  local area, name = key:match("^(%l+)%.([%w_.]+)$")
  if not area then error("no key of a catalogue: " .. tostring(key), 3) end
  if not self.areas[area] then self.areas[area] = require(("web.words.%s.%s"):format(self.language, area)) end
  return self.areas[area][name]
end

local function pairs_of(...)
  local out = {}
  for i = 1, select("#", ...), 2 do
    local name, value = select(i, ...)
    out[name] = value
  end
  return out
end

local function fill(found, how, values)
  if type(found) == "table" then found = values.count == 1 and found.one or found.other end
  return (found:gsub("{([%l_]+)}", function(name)
    local value = values[name]
    if value == nil then error(("the text %q lacks its %s"):format(found, name), 0) end
    return how(tostring(value))
  end))
end

local function escaped(value) return escape(visible(value)) end

--- A text; a key that is not there raises.
-- @param key string "area.name"
-- @param ... placeholders: name, value, name, value; `count` chooses between one and other
-- @return string not escaped
function Words:text(key, ...)
  local found = entry(self, key) or error("no word for " .. key, 2)
  if type(found) == "string" and select("#", ...) == 0 then return found end
  return fill(found, visible, pairs_of(...))
end

--- A text of the catalogue that holds HTML of ours; the placeholders are escaped.
-- @return string HTML
function Words:html(key, ...)
  return fill(entry(self, key) or error("no word for " .. key, 2), escaped, pairs_of(...))
end

-- A parameter of a phrase: another phrase, a list of names, or what is said as it is.
local function spoken(self, value)
  if type(value) ~= "table" then return value end
  if phrase.is(value) then return self:said(value) end
  if #value < 2 then return value[1] or "" end
  return self:text("states.listed", "most", table.concat(value, ", ", 1, #value - 1), "last", value[#value])
end

--- What services say to people: an error of a registry, or a phrase.
-- @param thing table err of base.errors, or base.phrase
-- @return string not escaped; English when it has a text of its own
function Words:said(thing)
  local found = thing.key and entry(self, thing.key)
  if not found then return visible(thing.text) end
  local values = {}
  for name, value in pairs(thing.params or {}) do values[name] = spoken(self, value) end
  return fill(found, visible, values)
end

--- Whether there is a text.
-- @return boolean
function Words:has(key)
  return entry(self, key) ~= nil
end

--- All texts of an area, e.g. those of the scripts.
-- @return table name → text
function Words:area(name)
  return (require(("web.words.%s.%s"):format(self.language, name)))
end

local made = {}

--- The words of a language.
-- @param language string of LANGUAGES; anything else gets the first
-- @return table words
function M.of(language)
  language = KNOWN[language] and language or M.LANGUAGES[1]
  made[language] = made[language] or setmetatable({ language = language, areas = {} }, Words)
  return made[language]
end

--- The language a browser asks for (RFC 9110, 12.5.4: ranges with weights).
-- @param header string|nil Accept-Language
-- @return string of LANGUAGES
function M.negotiate(header)
  local best, weight = M.LANGUAGES[1], 0
  for range in (header or ""):lower():gmatch("[^,]+") do
    local language = range:match("^%s*(%l%l)%f[^%l]")
    local q = tonumber(range:match(";%s*q=([%d.]+)") or 1) or 0
    if KNOWN[language] and q > weight then best, weight = language, q end
  end
  return best
end

return M
