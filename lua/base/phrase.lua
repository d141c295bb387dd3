-- Phrases are words a program makes for people, named once: English here, other languages by key and parameters.
--
-- A phrase is {key="problems.value.empty", params={}, text=English}; tostring gives the English. Its key is one of the
-- catalogues of the pages. A parameter is a text, a number, another phrase, or a list of texts.
local text = require "base.text"

local M = {}

local Phrase = { __name = "left4me.phrase" }
Phrase.__index = Phrase
function Phrase.__tostring(phrase) return phrase.text end

local english = {} -- area → name → text, of all registries

--- The English texts of an area, as its catalogue wants them; later registries add to the table.
-- @param area string e.g. "problems"
-- @return table name → text
function M.english(area)
  english[area] = english[area] or {}
  return english[area]
end

local function shown(value)
  if type(value) == "table" and getmetatable(value) ~= Phrase then return text.listed(value) end
  return tostring(value)
end

--- Put parameters into a text: "at most {max} bytes". One that is missing raises, and so does one too many.
-- @param template string
-- @param params table|nil name → text, number, phrase or list of texts
-- @return string
function M.fill(template, params)
  local used = {}
  local filled = template:gsub("{([%l_]+)}", function(name)
    local value = params and params[name]
    if value == nil then error(("the text %q lacks its %s"):format(template, name), 0) end
    used[name] = true
    return shown(value)
  end)
  for name in pairs(params or used) do
    if not used[name] then error(("the text %q takes no %s"):format(template, name), 0) end
  end
  return filled
end

local function construct(area, name, params)
  local said = M.fill(english[area][name], params)
  return setmetatable({ key = area .. "." .. name, params = params or {}, text = said }, Phrase)
end

--- Name phrases of one source.
-- @param area string of the catalogue, e.g. "problems"
-- @param source string e.g. "server"; the keys are area.source.name
-- @param texts table name → English text with {placeholders}
-- @return table name → function(params|nil) → phrase; an unknown name raises
function M.registry(area, source, texts)
  local constructors, known = {}, M.english(area)
  for name, template in pairs(texts) do
    local full = source .. "." .. name
    assert(not known[full], full .. " is named twice")
    known[full] = template
    constructors[name] = function(params) return construct(area, full, params) end
  end
  return setmetatable(constructors, {
    __index = function(_, name) error(("no phrase named %s.%s"):format(source, tostring(name)), 2) end,
  })
end

--- Whether a value is a phrase.
-- @return boolean
function M.is(value)
  return getmetatable(value) == Phrase
end

--- A phrase as one text, to be kept: the key, then a line for each parameter.
-- @param phrase table whose parameters are texts without control characters, or numbers
-- @return string
function M.pack(phrase)
  local lines = {}
  for name, value in pairs(phrase.params) do lines[#lines + 1] = name .. "=" .. tostring(value) end
  table.sort(lines)
  table.insert(lines, 1, phrase.key)
  return table.concat(lines, "\n")
end

--- The phrase that was packed.
-- @param packed string
-- @return table|nil phrase; nil when it is none that is known
function M.unpack(packed)
  local area, name, rest = packed:match("^(%l+)%.([%w_.]+)(.*)$")
  if not area or not english[area] or not english[area][name] then return nil end
  local params = {}
  for key, value in rest:gmatch("\n([%l_]+)=([^\n]*)") do params[key] = value end
  local ok, phrase = pcall(construct, area, name, params)
  return ok and phrase or nil
end

return M
