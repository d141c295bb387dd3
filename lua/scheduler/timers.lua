-- Deadlines in a binary heap, earliest first; the clock is the caller's.
local M = {}

local Timers = {}
Timers.__index = Timers

local function swap(heap, i, j)
  heap[i], heap[j] = heap[j], heap[i]
  heap[i].place, heap[j].place = i, j
end

local function up(heap, i)
  while i > 1 and heap[i].at < heap[i // 2].at do
    swap(heap, i, i // 2)
    i = i // 2
  end
end

local function down(heap, i)
  while true do
    local child = i * 2
    if heap[child + 1] and heap[child + 1].at < heap[child].at then child = child + 1 end
    if not heap[child] or heap[i].at <= heap[child].at then return end
    swap(heap, i, child)
    i = child
  end
end

--- Add a deadline.
-- @param at integer ms of the caller's clock
-- @param value any what due() gives back
-- @return table timer, for remove
function Timers:add(at, value)
  local timer = { at = at, value = value, place = #self.heap + 1 }
  self.heap[timer.place] = timer
  up(self.heap, timer.place)
  return timer
end

--- Take a deadline out; one that is out already is fine.
function Timers:remove(timer)
  local heap, place = self.heap, timer.place
  if not place then return end
  swap(heap, place, #heap)
  heap[#heap] = nil
  timer.place = nil
  if heap[place] then
    up(heap, place)
    down(heap, place)
  end
end

--- The value of the earliest deadline that has passed, or nil.
-- @param now integer ms
function Timers:due(now)
  local first = self.heap[1]
  if not first or first.at > now then return nil end
  self:remove(first)
  return first.value
end

--- Milliseconds until the earliest deadline; -1 when there is none.
-- @param now integer ms
function Timers:wait(now)
  local first = self.heap[1]
  return first and math.max(0, first.at - now) or -1
end

--- No deadlines yet.
function M.new()
  return setmetatable({ heap = {} }, Timers)
end

return M
