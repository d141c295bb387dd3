-- A line of `left4me check`: what is right, what is wrong and how to mend it, or what is merely to be known.
local M = {}

--- @param text string what is right
-- @return table {ok=true, text=}
function M.fine(text)
  return { ok = true, text = text }
end

--- @param text string what is wrong
-- @param mend string|nil what to do about it
-- @return table {ok=false, text=, mend=}
function M.wrong(text, mend)
  return { ok = false, text = text, mend = mend }
end

--- @param text string what whoever runs this host should know
-- @return table {ok="note", text=}
function M.note(text)
  return { ok = "note", text = text }
end

return M
