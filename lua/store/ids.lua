-- Ids are never given twice: sqlite_sequence remembers the last one of each table (https://sqlite.org/autoinc.html).
local M = {}

--- Give no id up to this one any more.
-- @param d connection
-- @param name string of the table
-- @param highest integer
function M.reserve(d, name, highest)
  d:run("UPDATE sqlite_sequence SET seq = ?1 WHERE name = ?2 AND seq < ?1", highest, name)
  d:run([[INSERT INTO sqlite_sequence (name, seq) SELECT ?2, ?1
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?2)]], highest, name)
end

return M
