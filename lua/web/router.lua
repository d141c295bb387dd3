-- Finds the record of a route by method and path; a path of another method is told apart from no path at all.
--
-- A pattern is literal segments and variables: ":id" takes a whole number, ":name" any segment. A literal beats a
-- variable. Segments are percent-decoded exactly once; the dots of "." and ".." are no segments of ours.
local M = {}

local Router = {}
Router.__index = Router

local function segments(path)
  local out = {}
  for segment in path:gmatch("/([^/]*)") do out[#out + 1] = segment end
  return out
end

local function decoded(segment)
  if segment:find("%%%X") or segment:find("%%%x%X") or segment:find("%%%x?$") then return nil end
  local text = segment:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  return utf8.len(text) and not text:find("%c") and text or nil
end

local function integer(text)
  return text:find("^[1-9]%d*$") and #text <= 19 and math.tointeger(tonumber(text)) or nil
end

-- Literal children first, then the variable one.
local function find(node, parts, index, params)
  if index > #parts then return node.methods and node end
  local part = parts[index]
  local literal = node.literals[part]
  local found = literal and find(literal, parts, index + 1, params)
  if found or not node.variable then return found end
  local value
  if node.variable.name == "id" then value = integer(part) else value = part end
  if value == nil then return nil end
  found = find(node.variable.node, parts, index + 1, params)
  if found then params[node.variable.name] = value end
  return found
end

local function new_node() return { literals = {} } end

local function insert(root, route)
  local node = root
  for _, segment in ipairs(segments(route.path)) do
    local name = segment:match("^:(%l+)$")
    if name then
      node.variable = node.variable or { name = name, node = new_node() }
      assert(node.variable.name == name, "two names for one variable: " .. route.path)
      node = node.variable.node
    else
      node.literals[segment] = node.literals[segment] or new_node()
      node = node.literals[segment]
    end
  end
  node.methods = node.methods or {}
  assert(not node.methods[route.method], ("%s %s is listed twice"):format(route.method, route.path))
  node.methods[route.method] = route
end

local function allowed(node)
  local out = {}
  for method in pairs(node.methods) do out[#out + 1] = method end
  if node.methods.GET then out[#out + 1] = "HEAD" end
  table.sort(out)
  return table.concat(out, ", ")
end

--- Find a route.
-- @param method string; HEAD finds what GET does
-- @param path string as sent, not decoded
-- @return table|nil route
-- @return table|nil params {name = value}; when the route is nil: nil for no such path, else the Allow header's text
function Router:match(method, path)
  local parts, params = segments(path), {}
  for i, part in ipairs(parts) do
    parts[i] = decoded(part)
    if not parts[i] then return nil end
  end
  local node = find(self.root, parts, 1, params)
  if not node then return nil end
  local route = node.methods[method == "HEAD" and "GET" or method]
  if not route then return nil, allowed(node) end
  return route, params
end

--- @param routes table list of {method=, path=, …}
function M.new(routes)
  local self = setmetatable({ root = new_node() }, Router)
  for _, route in ipairs(routes) do insert(self.root, route) end
  return self
end

return M
