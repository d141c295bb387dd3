-- Rules for blueprints: what an argument and a config line may be, and which overlays are exposed in what order.
local phrase = require "base.phrase"
local text = require "base.text"

local M = {}

M.problems = phrase.registry("problems", "blueprint", {
  character = "must not have {character}", reserved = "has {word}, which is set for every server",
  quote = "has a quote that is not closed", twice = "has overlay {overlay} twice",
  words = "must have at most {max} words", overlay = "entry {entry} is no overlay you can use",
})

-- The kernel takes 500 lower layers, and the installation is one of them.
local MAX_OVERLAYS = 499
local MAX_WORDS = 256

-- Options the host sets itself; a second one would move the server to another port, address or game.
local RESERVED = {
  ["-game"] = true, ["-port"] = true, ["-ip"] = true, ["+ip"] = true, ["+hostport"] = true, ["+port"] = true,
  ["-hostport"] = true, ["-console"] = true, ["-norestart"] = true, ["-autoupdate"] = true,
}

--- Whether a line can be an argument of the game.
-- @param line string one line, no control characters
-- @return boolean|nil
-- @return table|nil problem, a phrase
function M.check_argument(line)
  local bad = line:match("[\"'\\`$]")
  if bad then return nil, M.problems.character { character = bad } end
  for word in line:gmatch("%S+") do
    if RESERVED[word:lower()] then return nil, M.problems.reserved { word = word } end
  end
  return true
end

--- Whether a line can be a line of server.cfg: its quotes must be closed on the line.
-- @param line string one line, no control characters
-- @return boolean|nil
-- @return table|nil problem, a phrase
function M.check_config(line)
  local _, quotes = line:gsub('"', "")
  if quotes % 2 == 1 then return nil, M.problems.quote() end
  return true
end

local function distinct(overlays)
  local seen = {}
  for _, overlay in ipairs(overlays) do
    if seen[overlay.id] then return nil, M.problems.twice { overlay = overlay.id } end
    seen[overlay.id] = true
  end
  return true
end

--- The words of the arguments, as the game gets them: "+map c1m1_hotel" is two.
-- @param arguments table list of lines
-- @return table list of strings without white space
function M.words(arguments)
  local out = {}
  for _, line in ipairs(arguments) do
    for word in line:gmatch("%S+") do out[#out + 1] = word end
  end
  return out
end

local function few_words(arguments)
  if #M.words(arguments) <= MAX_WORDS then return true end
  return nil, M.problems.words { max = MAX_WORDS }
end

M.NAME = {
  name = "name", type = "string", trim = true, visible = true, min = 1, max = 100, help = "What you call the blueprint",
}
M.OVERLAYS = {
  name = "overlays", type = "list", max = MAX_OVERLAYS, pattern = distinct,
  items = {
    type = "object", fields = {
      { name = "id", type = "id", required = true, help = "The overlay" },
      { name = "expose_server_cfg", type = "boolean", help = "Whether its own server.cfg is run" },
    },
  },
  help = "Overlays, the one with the highest precedence first",
}
M.ARGUMENTS = {
  name = "arguments", type = "list", max = 100, pattern = few_words,
  items = { type = "string", trim = true, min = 1, max = 200, pattern = M.check_argument },
  help = "Arguments of the game, for example +map c1m1_hotel",
}
M.CONFIG = {
  name = "config", type = "list", max = 500, blank = true,
  items = { type = "string", max = 1000, pattern = M.check_config },
  help = "Lines of server.cfg",
}

M.COPY = {
  name = "word", type = "string", trim = true, visible = true, min = 1, max = 20,
  help = "The word that marks a copy in its name; copy unless told otherwise",
}

--- The word in each language of the pages; a copy may be copied again in another one.
M.COPIES = { en = "copy", de = "Kopie" }

local MAX_NAME, COPY = M.NAME.max, M.COPIES.en

-- The name without what marks it as a copy, in that word or in one of any language.
local function original(name, word)
  local known = { [word] = true }
  for _, one in pairs(M.COPIES) do known[one] = true end
  for _, pattern in ipairs { "^(.+) %((%D-) %d+%)$", "^(.+) %((%D-)%)$" } do
    local stem, marked = name:match(pattern)
    if known[marked] then return stem end
  end
  return name
end

--- The name of a blueprint's copy: "Night (copy)", then "Night (copy 2)", cut so that it fits.
-- @param name string of the blueprint copied
-- @param taken function(name) → boolean
-- @param word string|nil instead of "copy", as in M.COPY
-- @return string
function M.copy_name(name, taken, word)
  word = word or COPY
  local stem, number = original(name, word), 0
  local copy
  repeat
    number = number + 1
    local suffix = number == 1 and (" (%s)"):format(word) or (" (%s %d)"):format(word, number)
    copy = text.shorten(stem, MAX_NAME - utf8.len(suffix)) .. suffix
  until not taken(copy)
  return copy
end

--- All that the form of a blueprint changes, as one text: what makes one version of it another.
-- @param blueprint table {name=, arguments=, config=, overlays=}
-- @return string
function M.content(blueprint)
  local parts = { blueprint.name, table.concat(blueprint.arguments, "\n"), table.concat(blueprint.config, "\n") }
  for _, overlay in ipairs(blueprint.overlays) do
    parts[#parts + 1] = ("%d %s"):format(overlay.id, overlay.expose_server_cfg)
  end
  return table.concat(parts, "\0")
end

--- The name under which an overlay's own server.cfg is run.
-- @param overlay_id integer
-- @return string
function M.alias(overlay_id)
  return ("server_overlay_%d"):format(overlay_id)
end

--- The aliases of the exposed overlays, lowest precedence first: what runs last wins.
-- @param overlays table list of {id=, expose_server_cfg=}, highest precedence first
-- @return table list of strings
function M.exposed(overlays)
  local out = {}
  for i = #overlays, 1, -1 do
    if overlays[i].expose_server_cfg then out[#out + 1] = M.alias(overlays[i].id) end
  end
  return out
end

return M
