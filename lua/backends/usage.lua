-- Memory and processor time of a process and everything below it, from /proc.
local M = {}

local PAGE_BYTES = 4096
local TICK_USEC = 10000 -- USER_HZ is 100 on every Linux

local function read(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function own(pid)
  local stat = read(("/proc/%d/stat"):format(pid))
  local fields = stat and stat:match("^.*%) (.*)$")
  if not fields then return nil end
  local list = {}
  for field in fields:gmatch("%S+") do list[#list + 1] = tonumber(field) or 0 end
  -- proc(5) fields 14 to 17 (utime stime cutime cstime) and 24 (rss in pages); the third is list[1].
  return (list[12] + list[13] + list[14] + list[15]) * TICK_USEC, list[22] * PAGE_BYTES
end

--- The children of a process that its first thread started or inherited.
-- @param pid integer
-- @return integer[]
function M.children(pid)
  local text = read(("/proc/%d/task/%d/children"):format(pid, pid)) or ""
  local list = {}
  for child in text:gmatch("%d+") do list[#list + 1] = math.tointeger(tonumber(child)) end
  return list
end

--- Sum over a process tree. Time of children that ended and were waited for is included.
-- @param pid integer
-- @return integer|nil memory resident bytes; integer cpu_usec
function M.tree(pid)
  local cpu, memory = own(pid)
  if not cpu then return nil end
  for _, child in ipairs(M.children(pid)) do
    local child_memory, child_cpu = M.tree(child)
    if child_memory then
      cpu, memory = cpu + child_cpu, memory + child_memory
    end
  end
  return memory, cpu
end

return M
