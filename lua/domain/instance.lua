-- What an instance is on this host: its name, its places, its instance.env and the game's arguments.
local M = {}

local MAX_ARGUMENTS = 256
local MAX_LAYERS = 500

--- Whether a name may be an instance's: `^[a-z0-9][a-z0-9_-]{0,63}$`.
-- @param name any
-- @return boolean
function M.valid_name(name)
  return type(name) == "string" and #name <= 64 and name:find("^[a-z0-9][a-z0-9_-]*$") ~= nil
end

--- Every place of an instance, relative to the state directory.
-- @param name string a valid instance name
-- @return table {instance, runtime, upper, work, merged, logs, status, lock}
function M.paths(name)
  local runtime = "runtime/" .. name
  return {
    instance = "instances/" .. name,
    env = "instances/" .. name .. "/instance.env",
    server_cfg = "instances/" .. name .. "/server.cfg",
    runtime = runtime,
    upper = runtime .. "/upper",
    work = runtime .. "/work",
    merged = runtime .. "/merged",
    logs = "logs/servers/" .. name,
    status = "run/servers/" .. name .. ".json",
    lock = "run/servers/" .. name .. ".lock",
  }
end

local function quote_value(value)
  if value:find("^[%w_./:=+,@%%-][%w_./:=+,@%% -]*$") or value == "" then return value end
  return '"' .. value:gsub('[\\"`$]', "\\%0") .. '"'
end

local function quote_word(word)
  if word:find("^[%w_./:=+,@%%-]+$") then return word end
  return '"' .. word:gsub('[\\"]', "\\%0") .. '"'
end

local function words(list)
  local quoted = {}
  for i, word in ipairs(list) do quoted[i] = quote_word(word) end
  return table.concat(quoted, " ")
end

--- The text of instance.env, in systemd's EnvironmentFile syntax.
-- L4D2_ALIASES is there only when an overlay has an alias: `<alias>=<overlay path>` words.
-- @param instance table {port=integer, arguments={string…}, layers={string…} (first wins, the
--   installation not listed), aliases={{alias=, layer=}…}}
-- @return string
function M.render_env(instance)
  local lower = {}
  for i, layer in ipairs(instance.layers) do lower[i] = "overlays/" .. layer end
  lower[#lower + 1] = "installation"
  local lines = {
    ("L4D2_PORT=%d"):format(instance.port),
    "L4D2_ARGS=" .. quote_value(words(instance.arguments)),
    "L4D2_LOWERDIRS=" .. quote_value(table.concat(lower, ":")),
  }
  local aliases = {}
  for i, entry in ipairs(instance.aliases) do
    aliases[i] = entry.alias .. "=overlays/" .. entry.layer
  end
  if #aliases > 0 then
    lines[#lines + 1] = "L4D2_ALIASES=" .. quote_value(table.concat(aliases, " "))
  end
  return table.concat(lines, "\n") .. "\n"
end

local function unquote_value(text)
  local quoted = text:match('^"(.*)"$')
  if not quoted then
    if text:find('["\\`$\']') then return nil end
    return text
  end
  -- An escaped character becomes \1 and its place is taken afterwards: a bare quote is an error.
  local held = {}
  local plain = quoted:gsub('\\(.)', function(character)
    held[#held + 1] = character
    return "\1"
  end)
  if plain:find('["\\]') then return nil end
  local n = 0
  return (plain:gsub("\1", function()
    n = n + 1
    return held[n]
  end))
end

local function next_word(text, from)
  local word, place = {}, from
  local quoted = false
  while place <= #text do
    local c = text:sub(place, place)
    if c == "\\" then
      place = place + 1
      word[#word + 1] = text:sub(place, place)
    elseif c == '"' then
      quoted = not quoted
    elseif c == " " and not quoted then
      break
    else
      word[#word + 1] = c
    end
    place = place + 1
  end
  if quoted then return nil end
  return table.concat(word), place
end

local function split_words(text)
  local list, place = {}, 1
  while true do
    place = text:find("[^ ]", place)
    if not place then return list end
    local word
    word, place = next_word(text, place)
    if not word then return nil end
    list[#list + 1] = word
  end
end

--- The words of a specification's arguments: `+map c1m1_hotel` is two, double quotes keep one together.
-- @param lines string[]
-- @return string[]|nil; string what is wrong
function M.words(lines)
  local all = {}
  for _, line in ipairs(lines) do
    local list = split_words((line:gsub("\t", " ")))
    if not list then return nil, ("argument %q: a quote is not closed"):format(line) end
    table.move(list, 1, #list, #all + 1, all)
  end
  if #all > MAX_ARGUMENTS then return nil, ("more than %d arguments"):format(MAX_ARGUMENTS) end
  return all
end

local function valid_ref(ref)
  if ref == "" or ref:find("[%s\\:,%c]") then return false end
  for component in (ref .. "/"):gmatch("([^/]*)/") do
    if component == "" or component == "." or component == ".." then return false end
  end
  return true
end

local function overlay_ref(path)
  local ref = path:match("^overlays/(.+)$")
  if ref and valid_ref(ref) then return ref end
end

local readers = {}

function readers.L4D2_PORT(value, into)
  local port = value:find("^%d%d?%d?%d?%d?$") and math.tointeger(tonumber(value))
  if not port or port < 1 or port > 65535 then return false end
  into.port = port
  return true
end

function readers.L4D2_ARGS(value, into)
  into.arguments = split_words(value)
  return into.arguments ~= nil and #into.arguments <= MAX_ARGUMENTS
end

function readers.L4D2_LOWERDIRS(value, into)
  local layers, last = {}, nil
  for path in (value .. ":"):gmatch("([^:]*):") do
    if last then return false end
    local ref = overlay_ref(path)
    if ref then layers[#layers + 1] = ref else last = path end
  end
  into.layers = layers
  return last == "installation" and #layers < MAX_LAYERS
end

function readers.L4D2_ALIASES(value, into)
  for entry in value:gmatch("[^ ]+") do
    local alias, path = entry:match("^([%w_-]+)=(.+)$")
    local ref = path and overlay_ref(path)
    if not ref or #alias > 64 then return false end
    into.aliases[#into.aliases + 1] = { alias = alias, layer = ref }
  end
  return true
end

local function read_line(line, into, seen)
  local key, text = line:match("^([A-Z0-9_]+)=(.*)$")
  local reader = key and readers[key]
  if not reader then return "is not one of ours" end
  if seen[key] then return key .. " appears twice" end
  seen[key] = true
  local value = not text:find("%c") and unquote_value(text)
  if not value or not reader(value, into) then
    return key .. " cannot be right"
  end
end

--- Read instance.env as hostile input: only our keys, once each, and only paths that a reader of
-- spec.yaml would have let through.
-- @param text string
-- @return table|nil as given to render_env; string what is wrong, with its line
function M.parse_env(text)
  local into, seen, number = { aliases = {} }, {}, 0
  for line in text:gmatch("([^\n]*)\n?") do
    number = number + 1
    local wrong = line ~= "" and read_line(line, into, seen)
    if wrong then return nil, ("line %d: %s"):format(number, wrong) end
  end
  for _, key in ipairs { "L4D2_PORT", "L4D2_ARGS", "L4D2_LOWERDIRS" } do
    if not seen[key] then return nil, key .. " is missing" end
  end
  return into
end

--- The game's command line, to be run in the merged directory.
-- RCON listens on the public address only unless +ip is 0.0.0.0. Without -norestart srcds_run
-- restarts the game itself and hides every crash from the supervisor.
-- @param instance table of parse_env
-- @param program string the path of srcds_run in the merged directory
-- @return string[]
function M.game_argv(instance, program)
  local port = ("%d"):format(instance.port)
  local argv = { program, "-game", "left4dead2", "-norestart", "+hostport", port, "+ip", "0.0.0.0" }
  return table.move(instance.arguments, 1, #instance.arguments, #argv + 1, argv)
end

return M
