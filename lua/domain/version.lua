-- Versions of what forms change: who would save over what someone else saved meanwhile is told before theirs is lost.
local errors = require "base.errors"

local M = {}

--- Only pages say which versions they accept, so only people are told.
M.errors = {
  overlay = errors.registry("overlay", { changed = {
    status = 409, text = "This script was saved elsewhere meanwhile. Your version is not saved yet, but still here.",
  } }),
  blueprint = errors.registry("blueprint", { changed = {
    status = 409, text = "This blueprint was saved elsewhere meanwhile. Your version is not saved yet, but still here.",
  } }),
}

--- What tells one content from others.
-- @param crypto table {sha256, hex}
-- @param content string
-- @return string
function M.of(crypto, content)
  return crypto.hex(crypto.sha256(content))
end

--- Whether a save would replace what whoever saves has not seen. What is stored already may be saved again: a form is
-- sent twice when its button is, or when the first answer was lost.
-- @param crypto table {sha256, hex}
-- @param accepted table|nil version → true for those that may be replaced; any when nil
-- @param stored string content
-- @param given string content
-- @return boolean
function M.overtaken(crypto, accepted, stored, given)
  return accepted ~= nil and stored ~= given and not accepted[M.of(crypto, stored)]
end

return M
