-- The rules of spec.yaml, the recipe of one instance that l4d2ctl initialize takes.
local validate = require "base.validate"
local yamldoc = require "base.yamldoc"

local M = {}

--- The kernel takes 500 lower layers; the installation is one of them.
M.MAX_OVERLAYS = 499

local MAX_REF <const> = 1024
local MAX_COMPONENT <const> = 255
local MAX_ALIAS <const> = 64
local MAX_LINE <const> = 4096
local MAX_LINES <const> = 10000

--- Blanks and invisible marks beyond ASCII that a name must not hide.
local INVISIBLE <const> = {
  { 0x80, 0xA0 }, { 0xAD, 0xAD }, { 0x1680, 0x1680 }, { 0x2000, 0x200F }, { 0x2028, 0x202F },
  { 0x205F, 0x206F }, { 0x3000, 0x3000 }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFF },
}

local function has_invisible(s)
  for _, code in utf8.codes(s) do
    for _, range in ipairs(INVISIBLE) do
      if code >= range[1] and code <= range[2] then return true end
    end
  end
  return false
end

local function check_component(component)
  if component == "" then return nil, "has an empty part" end
  if component == "." or component == ".." then return nil, "must not contain " .. component end
  if #component > MAX_COMPONENT then return nil, "has a part that is too long" end
  return true
end

--- Whether a reference names a directory below overlays/ and nothing else. Links are found on disk.
-- @param ref string
-- @return true | nil, string what is wrong with it, to follow the reference in a sentence
function M.check_ref(ref)
  if ref == "" then return nil, "is empty" end
  if #ref > MAX_REF then return nil, "is too long" end
  if not utf8.len(ref) then return nil, "is not UTF-8" end
  if ref:find("[%s%c]") or has_invisible(ref) then
    return nil, "contains a blank or an invisible character"
  end
  if ref:find("\\", 1, true) then return nil, "contains a backslash" end
  local special = ref:match("[,:\"'`$]")
  if special then return nil, ("contains %s, which mount options cannot carry"):format(special) end
  if ref:sub(1, 1) == "/" then return nil, "must be relative to overlays/" end
  for component in (ref .. "/"):gmatch("([^/]*)/") do
    local ok, reason = check_component(component)
    if not ok then return nil, reason end
  end
  return true
end

--- Whether an alias can be the name of a cfg file beside server.cfg.
-- @param alias string
-- @return true | nil, string what is wrong with it
function M.check_alias(alias)
  if #alias > MAX_ALIAS then return nil, "is too long" end
  if not alias:find("^[A-Za-z0-9_][A-Za-z0-9_-]*$") then
    return nil, "may hold letters, digits, _ and - only"
  end
  if alias:lower() == "server" then return nil, "would replace server.cfg" end
  return true
end

--- Whether a string can be one argument or one line of server.cfg.
-- @param line string
-- @return true | nil, string what is wrong with it
function M.check_line(line)
  if #line > MAX_LINE then return nil, ("is longer than %d bytes"):format(MAX_LINE) end
  local problem = validate.unfit(line, "\t")
  if problem then return nil, tostring(problem) end
  return true
end

local refuse <const>, shown <const> = yamldoc.refuse, yamldoc.shown

local function field(map, name)
  local node = map.fields[name]
  if node and not yamldoc.is_null(node) then return node end
end

local function read_port(root)
  local node = field(root, "port")
  if not node then refuse(root.fields.port or root, "port is missing") end
  local port = yamldoc.integer(node)
  if not port then refuse(node, "port must be an integer") end
  if port < 1 or port > 65535 then refuse(node, "port must be 1 to 65535, not %d", port) end
  return port
end

--- The items of an optional list.
local function items(root, name, max)
  local node = field(root, name)
  if not node then return {} end
  if node.kind ~= "list" then refuse(node, "%s must be a list", name) end
  local beyond = node.items[max + 1]
  if beyond then refuse(beyond, "%s has more than %d entries", name, max) end
  return node.items
end

--- A scalar's text, whatever it looks like: an overlay named 1 is written 1.
local function checked(node, what, check)
  if node.kind ~= "scalar" or yamldoc.is_null(node) then
    refuse(node, "%s must be a string", what)
  end
  local ok, reason = check(node.text)
  if not ok then refuse(node, "%s %s %s", what, shown(node.text), reason) end
  return node.text
end

local function read_overlay(node)
  if node.kind ~= "map" then return { path = checked(node, "overlay", M.check_ref) } end
  local path = field(node, "path")
  if not path then refuse(node, "an overlay needs a path") end
  local alias = field(node, "alias")
  return {
    path = checked(path, "overlay", M.check_ref),
    alias = alias and checked(alias, "alias", M.check_alias),
  }
end

--- The kernel refuses a layer that is another one or lies within it, with a misleading error.
local function check_apart(nodes, overlays)
  local seen = {}
  for i, overlay in ipairs(overlays) do
    local path = overlay.path
    if seen[path] then refuse(nodes[i], "overlay %s is there twice", shown(path)) end
    seen[path] = true
  end
  for i, overlay in ipairs(overlays) do
    for slash in overlay.path:gmatch("()/") do
      local outer = overlay.path:sub(1, slash - 1)
      if seen[outer] then
        refuse(nodes[i], "overlay %s lies within overlay %s", shown(overlay.path), shown(outer))
      end
    end
  end
end

--- The game looks names up without regard to case: such aliases would be one file to it.
local function check_aliases(nodes, overlays)
  local seen = {}
  for i, overlay in ipairs(overlays) do
    local alias = (overlay.alias or ""):lower()
    if seen[alias] then refuse(nodes[i], "alias %s is there twice", shown(overlay.alias)) end
    seen[alias] = alias ~= ""
  end
end

local function read_overlays(root)
  local overlays, nodes = {}, items(root, "overlays", M.MAX_OVERLAYS)
  for i, node in ipairs(nodes) do overlays[i] = read_overlay(node) end
  check_apart(nodes, overlays)
  check_aliases(nodes, overlays)
  return overlays
end

local function read_lines(root, name, what)
  local lines = {}
  for i, node in ipairs(items(root, name, MAX_LINES)) do
    lines[i] = checked(node, what, M.check_line)
  end
  return lines
end

local function read(root)
  if root.kind ~= "map" then refuse(root, "the spec must be a map with at least a port") end
  return {
    port = read_port(root),
    overlays = read_overlays(root),
    arguments = read_lines(root, "arguments", "argument"),
    config = read_lines(root, "config", "config line"),
  }
end

--- Read a spec. Unknown keys are ignored; a key without a value counts as absent.
-- @param source string the YAML
-- @param events function host.yaml.events
-- @return table {port = integer, overlays = {{path =, alias = string or nil}…} highest precedence
--   first, arguments = {string…}, config = {string…}} | nil, string what is wrong and where
function M.parse(source, events)
  local root, message = yamldoc.load(source, events)
  if not root then return nil, message end
  return yamldoc.attempt(read, root)
end

local function render_list(out, name, list, render)
  if #list == 0 then return end
  out[#out + 1] = name .. ":"
  for _, item in ipairs(list) do out[#out + 1] = "  - " .. render(item) end
end

local function render_overlay(overlay)
  if not overlay.alias then return yamldoc.quote(overlay.path) end
  return ("{path: %s, alias: %s}"):format(yamldoc.quote(overlay.path), yamldoc.quote(overlay.alias))
end

--- Write a spec that parse reads back as the same, whatever is in its strings.
-- @param spec table as from parse; absent lists are empty. Strings that are not UTF-8 raise
-- @return string YAML
function M.render(spec)
  local out = { ("port: %d"):format(spec.port) }
  render_list(out, "overlays", spec.overlays or {}, render_overlay)
  render_list(out, "arguments", spec.arguments or {}, yamldoc.quote)
  render_list(out, "config", spec.config or {}, yamldoc.quote)
  return table.concat(out, "\n") .. "\n"
end

return M
