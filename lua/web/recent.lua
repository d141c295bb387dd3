-- Remembers the pages rendered within this second, as long as the database is as it was then.
--
-- A page that is marked `kept` in its route is made of the asker's cookies and languages, its address, the database,
-- and the time in whole seconds (and of what the game's installation was within that second): asked again, it is the
-- same text. A change by anyone, committed before the question, is seen by the answer.
local M = {}

local Recent = {}
Recent.__index = Recent

local MOST, MOST_BYTES = 32, 65536

-- Forget everything once the second or the database is another one.
local function refresh(self)
  local second, others, own = self.clock.now() // 1000, self.stamp()
  if second == self.second and others == self.others and own == self.own then return end
  self.second, self.others, self.own = second, others, own
  if self.count > 0 then self.pages, self.count = {}, 0 end
end

--- The answer to GET, if it is remembered.
-- @param path string
-- @param query string
-- @param cookie string the whole header
-- @param language string the whole header Accept-Language
-- @return any|nil what was kept
function Recent:find(path, query, cookie, language)
  refresh(self)
  local pages = self.pages[cookie]
  local answers = pages and pages[path]
  local answer = answers and answers[query]
  return answer and answer[language]
end

--- Remember the answer to a request that find did not know. It was rendered after the moment noted then, so what
-- changed since is in it, or makes the next find forget it.
-- @param raw table request, see host.serve
-- @param response table
-- @return any|nil what was kept
function Recent:keep(raw, response)
  local cookie = raw.headers.cookie
  if not cookie or raw.method ~= "GET" or response.status ~= 200 or #response.body > MOST_BYTES then
    return nil
  end
  if self.count == MOST then self.pages, self.count = {}, 0 end
  local pages = self.pages[cookie] or {}
  local answers = pages[raw.path] or {}
  local answer = answers[raw.query] or {}
  self.pages[cookie], pages[raw.path], answers[raw.query] = pages, answers, answer
  local kept = self.pack(response)
  answer[raw.headers["accept-language"] or ""] = kept
  self.count = self.count + 1
  return kept
end

--- @param ports table {clock, stamp=function() → two integers that change with the database (see host.db),
--   keep=function(response) → what find shall return}
function M.new(ports)
  return setmetatable({ clock = ports.clock, stamp = ports.stamp, pack = ports.keep, pages = {}, count = 0 }, Recent)
end

return M
