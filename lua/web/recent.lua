-- Remembers the pages rendered within this second, as long as the database is as it was then.
--
-- A page that is marked `kept` in its route is made of the asker's cookies, its address, the database, and the time in
-- whole seconds (and of what the game's installation was within that second): asked again, it is the same text. A
-- change by anyone, committed before the question, is seen by the answer.
local M = {}

local Recent = {}
Recent.__index = Recent

local MOST, MOST_BYTES = 32, 65536

-- Forgets everything once the second or the database is another one.
local function refresh(self)
  local second, others, own = self.clock.now() // 1000, self.stamp()
  if second == self.second and others == self.others and own == self.own then return end
  self.second, self.others, self.own = second, others, own
  if self.count > 0 then self.pages, self.count = {}, 0 end
end

--- The answer to a request, if it is remembered.
-- @param raw table see host.serve
-- @return table|nil response
function Recent:find(raw)
  local cookie = raw.headers.cookie
  if not cookie or raw.method ~= "GET" then return nil end
  refresh(self)
  local pages = self.pages[cookie]
  local answers = pages and pages[raw.path]
  return answers and answers[raw.query]
end

--- Remember an answer. To be called with the request find was just asked about.
-- @param raw table
-- @param response table
function Recent:keep(raw, response)
  local cookie = raw.headers.cookie
  if not cookie or raw.method ~= "GET" or response.status ~= 200 or #response.body > MOST_BYTES then return end
  if self.count == MOST then self.pages, self.count = {}, 0 end
  local pages = self.pages[cookie] or {}
  local answers = pages[raw.path] or {}
  self.pages[cookie], pages[raw.path], answers[raw.query] = pages, answers, response
  self.count = self.count + 1
end

--- @param clock table {now=function → unix ms}
-- @param stamp function() → two integers that change with the database, see host.db
function M.new(clock, stamp)
  return setmetatable({ clock = clock, stamp = stamp, pages = {}, count = 0 }, Recent)
end

return M
