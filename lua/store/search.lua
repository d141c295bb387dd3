-- Looks for servers, overlays and blueprints by name: the best matches first.
local rows = require "store.rows"

local M = {}

local Search = {}
Search.__index = Search

local BUSY = "EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_state WHERE " .. rows.UNFINISHED
  .. " AND %s_id = o.id) AS busy"
local MOUNTED = [[EXISTS (SELECT 1 FROM server_layers l JOIN servers s ON s.id = l.server_id
  WHERE l.overlay_id = o.id AND s.actual_state <> 'stopped') AS mounted]]

local KINDS = {
  server = {
    from = "servers", own = "user_id = ?1", unless = " AND actual_state IS NOT ?6",
    shown = "o.actual_state, " .. BUSY:format "server", flags = { "busy" },
  },
  overlay = {
    from = "overlays", own = "(user_id = ?1 OR user_id IS NULL)", unless = "",
    shown = "o.type, " .. BUSY:format "overlay" .. ", " .. MOUNTED
      .. ", EXISTS (SELECT 1 FROM blueprint_overlays b WHERE b.overlay_id = o.id) AS used",
    flags = { "busy", "mounted", "used" },
  },
  blueprint = {
    from = "blueprints", own = "user_id = ?1", unless = "",
    shown = "EXISTS (SELECT 1 FROM servers s WHERE s.blueprint_id = o.id) AS used", flags = { "used" },
  },
}

-- How well a name matches: it begins so, a word of it does, it has that in it, it has these letters in this order.
local RANK = [[CASE WHEN name LIKE ?2 ESCAPE '\' THEN 1
  WHEN ' ' || replace(replace(replace(name, '-', ' '), '_', ' '), '.', ' ') LIKE ?3 ESCAPE '\' THEN 2
  WHEN name LIKE ?4 ESCAPE '\' THEN 3 ELSE 4 END AS rank]]
local BEST_FIRST = " ORDER BY rank, length(name), name, id"

local function statement(kind, whose)
  return ("WITH found AS (SELECT id, name, " .. RANK .. " FROM %s WHERE " .. whose .. " AND name LIKE ?5 ESCAPE '\\'"
    .. kind.unless .. BEST_FIRST .. " LIMIT ?7) SELECT o.id, o.name, o.user_id, f.rank, u.username AS owner, "
    .. kind.shown .. " FROM found f JOIN %s o ON o.id = f.id LEFT JOIN users u ON u.id = o.user_id"
    .. " ORDER BY f.rank, length(o.name), o.name, o.id"):format(kind.from, kind.from)
end

for _, kind in pairs(KINDS) do
  kind.all_sql, kind.own_sql = statement(kind, "?1 IS NULL"), statement(kind, kind.own)
end

-- A text as LIKE finds it and nothing else.
local function literal(text)
  return (text:gsub("[\\%%_]", "\\%0"))
end

-- These characters in this order, whatever stands between them.
local function loosely(text)
  local parts = {}
  for _, code in utf8.codes((text:gsub("%s", ""))) do parts[#parts + 1] = literal(utf8.char(code)) end
  return "%" .. table.concat(parts, "%") .. "%"
end

--- Objects by name.
-- @param options {kind="server|overlay|blueprint", text=string, user_id=|nil for everyone's (an overlay's also
--   system-wide), except_state=|nil of servers, limit=}
-- @return table list of {id, name, user_id|nil, owner|nil, rank=1 (begins so) to 4 (has these letters), busy, and
--   actual_state of a server; type, mounted, used of an overlay; used of a blueprint}
function Search:find(options)
  local kind, text = KINDS[options.kind], literal(options.text)
  local list = self.d:rows(options.user_id and kind.own_sql or kind.all_sql, options.user_id, text .. "%",
    "% " .. literal((options.text:gsub("[-_.]", " "))) .. "%", "%" .. text .. "%", loosely(options.text),
    options.except_state, options.limit)
  for _, row in ipairs(list) do rows.flags(row, table.unpack(kind.flags)) end
  return list
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Search)
end

return M
