-- What a game says of itself, made fit to be stored and shown: bounded, and nothing in it but what people can read.
local text = require "base.text"

local M = {}

--- For how long what a game said is shown as what is.
M.FRESH_MS = 30000

local MOST_PLAYERS <const>, MOST_CHARACTERS <const>, MOST_BYTES <const> = 64, 64, 512
local LONGEST_S <const> = 366 * 86400
-- Two answers of a game never tell its players' time to the same moment.
local SAME_MOMENT_MS <const> = 3000

-- Strangers choose these words: broken bytes and control characters go, and what is too long is cut.
local function words(bytes)
  local out, from = {}, 1
  bytes = bytes:sub(1, MOST_BYTES)
  while from <= #bytes do
    local _, bad = utf8.len(bytes, from)
    out[#out + 1] = bytes:sub(from, (bad or #bytes + 1) - 1)
    from = (bad or #bytes) + 1
  end
  local clean = table.concat(out):gsub("%c", ""):gsub("\xC2[\x80-\x9F]", "")
  return text.shorten(text.trim(clean), MOST_CHARACTERS)
end

--- The state of a game.
-- @param info table A2S_INFO's reply, see domain.a2s
-- @return table {players= people without bots, bots=, max=, map=}
function M.state(info)
  local people = info.players - info.bots
  return {
    players = people >= 0 and people or info.players, bots = info.bots, max = info.max_players, map = words(info.map),
  }
end

local function is_time(seconds)
  return seconds >= 0 and seconds < LONGEST_S -- not a number is neither
end

--- The players of a game.
-- @param reply table A2S_PLAYER's reply, see domain.a2s
-- @param now integer unix ms
-- @return table list of {name=, score=, joined_at= unix ms}
function M.players(reply, now)
  local out = {}
  for i, player in ipairs(reply.players) do
    if i > MOST_PLAYERS then break end
    local seconds = is_time(player.seconds) and player.seconds or 0
    out[i] = { name = words(player.name), score = player.score, joined_at = now - math.floor(seconds * 1000) }
  end
  return out
end

--- Whether two lists say that the same people play with the same scores.
-- @param some table list as of M.players
-- @param others table
-- @return boolean
function M.same_players(some, others)
  if #some ~= #others then return false end
  for i, one in ipairs(some) do
    local other = others[i]
    if one.name ~= other.name or one.score ~= other.score
      or math.abs(one.joined_at - other.joined_at) > SAME_MOMENT_MS then
      return false
    end
  end
  return true
end

return M
