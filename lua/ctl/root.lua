-- Where the state directory is: an option, LEFT4ME_ROOT, or the user's own state directory.
local M = {}

-- The shell is asked only for relative paths; a program has no other portable way.
local function working_directory()
  local pipe = io.popen("pwd -P")
  local path = pipe and pipe:read("l")
  if pipe then pipe:close() end
  return path
end

--- Find the state directory; it need not exist.
-- @param option string|nil what --root said
-- @param getenv function(name) → string|nil
-- @return string|nil absolute path without a slash at its end; string what is wrong
function M.find(option, getenv)
  local function set(name)
    local value = getenv(name)
    return value ~= "" and value or nil
  end
  local root = option or set "LEFT4ME_ROOT"
  if not root then
    local state = set "XDG_STATE_HOME" or set "HOME" and set "HOME" .. "/.local/state"
    if not state then return nil, "no state directory: give --root DIR or set LEFT4ME_ROOT" end
    root = state .. "/left4me"
  end
  if root == "" then return nil, "--root needs a directory" end
  if root:sub(1, 1) ~= "/" then root = working_directory() .. "/" .. root end
  root = root:gsub("/+$", "")
  if root == "" then return nil, "the state directory cannot be /" end
  return root
end

return M
