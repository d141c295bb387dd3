-- Reads what the game's `status` command prints, with names chosen by strangers, and turns Steam ids into numbers.
local M = {}

local STEAM64_BASE = 76561197960265728
local MAX_TEXT, MAX_ROWS = 65536, 64

--- The 64-bit Steam id of a textual one.
-- @param text string STEAM_X:Y:Z or [U:1:N]
-- @return integer|nil nil for bots, LAN and pending ids, and numbers that cannot be right
function M.steam64(text)
  local y, z = text:match("^STEAM_[0-5]:([01]):(%d+)$")
  if y then
    local account = #z <= 10 and math.tointeger(z)
    if not account or account > 0x7fffffff then return nil end
    return STEAM64_BASE + account * 2 + math.tointeger(y)
  end
  local n = text:match("^%[U:1:(%d+)%]$")
  local account = n and #n <= 10 and math.tointeger(n)
  if not account or account > 0xffffffff then return nil end
  return STEAM64_BASE + account
end

--- Seconds of MM:SS or H:MM:SS.
-- @param text string
-- @return integer|nil
function M.seconds(text)
  if not text:find("^%d%d?%d?%d?%d?:%d%d$") and not text:find("^%d%d?%d?%d?%d?:%d%d:%d%d$") then return nil end
  local total = 0
  for part in text:gmatch("%d+") do total = total * 60 + math.tointeger(part) end
  return total
end

local function number(digits)
  return digits and #digits <= 9 and math.tointeger(digits) or nil
end

-- A name may hold quotes and look like the rest of a row, so a row is read from its end: the name is all that is left.
local function human(line)
  local userid, slot, name, id, time, ping, loss, state, rate, address = line:match(
    '^#%s*(%d+)%s+(%d+)%s+"(.*)"%s+(%S+)%s+([%d:]+)%s+(%d+)%s+(%d+)%s+(%a+)%s+(%d+)%s+(%S+)%s*$')
  local seconds = time and M.seconds(time)
  if not seconds then return nil end
  return { bot = false, userid = number(userid), slot = number(slot), name = name, steam_id = id,
    steam64 = M.steam64(id), seconds = seconds, ping = number(ping), loss = number(loss), state = state,
    rate = number(rate), address = address }
end

local function bot(line)
  local userid, name, state = line:match('^#%s*(%d+)%s+"(.*)"%s+BOT%s+(%a+)%s*%d*%s*$')
  if not userid then return nil end
  return { bot = true, userid = number(userid), name = name, state = state }
end

local headers = {}

function headers.hostname(value, into) into.hostname = value end
function headers.version(value, into) into.version = value end
headers["udp/ip"] = function(value, into) into.address = value:match("^(%S+)") end

function headers.map(value, into)
  into.map = value:match("^([%w_-]+)")
end

function headers.players(value, into)
  local humans, bots, max = value:match("^(%d+) humans?, (%d+) bots? %((%d+)")
  into.humans, into.bots, into.max_players = number(humans), number(bots), number(max)
  if value:find("(hibernating)", 1, true) then into.hibernating = true
  elseif value:find("(not hibernating)", 1, true) then into.hibernating = false end
  into.reserved = value:find("(reserved", 1, true) ~= nil
end

local function header(line, into, seen)
  local key, value = line:match("^([%l/]+)%s*:%s?(.*)$")
  local read = key and not seen[key] and headers[key]
  if read then
    seen[key] = true
    read(value, into)
  end
end

--- Read the text of `status`. Rows count only between its "# userid" line and its "#end" line.
-- @param text string up to 64 KiB of it is read
-- @return table|nil {hostname, version, address, map, humans, bots, max_players, hibernating, reserved, players={
--   {bot, userid, name, and for humans slot, steam_id, steam64, seconds, ping, loss, state, rate, address}… }};
--   nil, message when it is not the text of `status`
function M.parse(text)
  local into, seen, in_rows = { players = {} }, {}, false
  for line in text:sub(1, MAX_TEXT):gmatch("[^\r\n]+") do
    if line:find("^# userid ") then
      in_rows = true
    elseif line:find("^#end%s*$") then
      break
    elseif in_rows then
      local player = #into.players < MAX_ROWS and (human(line) or bot(line)) or nil
      into.players[#into.players + 1] = player
    else
      header(line, into, seen)
    end
  end
  if not (seen.hostname and into.humans) then return nil, "not the text of status" end
  return into
end

return M
