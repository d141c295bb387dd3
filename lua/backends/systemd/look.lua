-- How `left4me check` looks at the host: files, programs' answers, users; specs put another host in its place.
local fs = require "host.fs"
local proc = require "host.proc"
local runtime = require "host.runtime"

local M = {}

--- Who looks.
M.is_root = select(2, runtime.ids()) == 0

--- Where the installed program has what it needs.
M.share_dir = runtime.share_dir

-- The folder of a path, with links in it followed, and the name in it.
local function open(path)
  local folder, name = path:match("^(.*)/([^/]+)$")
  local root, message, code = fs.root(folder == "" and "/" or folder)
  return root, root and name or message, code
end

--- What is at an absolute path; a link is not followed.
-- @return stat|nil, message, code as of host.fs
function M.stat(path)
  local root <close>, name, code = open(path)
  if not root then return nil, name, code end
  return root:stat(name)
end

--- A file's content; also of /proc and /sys, whose files have no size.
-- @return string|nil, message, errno's number as code
function M.read(path)
  local file <close>, message, code = io.open(path, "rb")
  if not file then return nil, message, code end
  return file:read("a")
end

--- Every file beneath a directory, as a sorted list of paths relative to it; empty when there is no such directory.
function M.files(path)
  local out = {}
  local root <close> = fs.root(path)
  if not root then return out end
  for name, stat in assert(root:walk ".") do
    if stat.type == "file" then out[#out + 1] = name end
  end
  table.sort(out)
  return out
end

--- What a program prints.
-- @param ... string its command line
-- @return string|nil nil when it fails
-- @return string|nil what it complains about
function M.run(...)
  local result, message = proc.run { argv = { ... }, timeout_ms = 10000 }
  if not result then return nil, message end
  if result.code ~= 0 then return nil, (result.stderr:match("^[^\n]*")) end
  return result.stdout
end

return M
