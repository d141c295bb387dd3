-- A line of `left4me check`: what is right, what is wrong and how to mend it, or what is merely to be known.
--
-- A line is {ok=true|false|"note", text=, mend=|nil, said=|nil, remedy=|nil}: text and mend are English, said and
-- remedy their packed phrases. A mend without a remedy is a command to be typed.
local phrase = require "base.phrase"
local text = require "base.text"

local M = {}

-- A packed phrase holds no control characters; English has to do for what some program said with them.
local function packed(what)
  return phrase.is(what) and not text.problem(what.text) and phrase.pack(what) or nil
end

local function line(ok, what, mend)
  return { ok = ok, text = text.printable(tostring(what)), mend = mend and text.printable(tostring(mend)),
    said = packed(what), remedy = packed(mend) }
end

--- @param what table phrase: what is right
-- @return table line
function M.fine(what)
  return line(true, what)
end

--- @param what table phrase: what is wrong
-- @param mend table|string|nil what to do about it: a phrase, or a command to be typed
-- @return table line
function M.wrong(what, mend)
  return line(false, what, mend)
end

--- @param what table phrase: what whoever runs this host should know
-- @return table line
function M.note(what)
  return line("note", what)
end

return M
