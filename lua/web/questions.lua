-- What people are asked before something is lost: by a dialog, and by a page of its own where JavaScript is off.
local phrase = require "base.phrase"

local M = {}

-- object → action → question; {name} is the object's.
local TEXTS = {
  server = {
    reset = "Reset “{name}”? It is stopped, and everything it wrote itself (logs, downloads, plugin data) is lost. "
      .. "Overlays and blueprint stay.",
    delete = "Delete “{name}”? It is stopped and removed with everything it wrote. Overlays and blueprint stay.",
  },
  overlay = {
    wipe = "Wipe “{name}”? All its files are removed; the script stays.",
    rebuild = "Wipe “{name}” and build it again? All its files are removed first, also those that its script "
      .. "did not make.",
    delete = "Delete “{name}” with its script and all its files?",
  },
  blueprint = { delete = "Delete the blueprint “{name}”? Its overlays stay." },
  job = { cancel = "Cancel this job? What it has done so far stays as it is." },
  token = { revoke = "Revoke this token? Scripts that use it stop working." },
  user = {
    deactivate = "Shut “{name}” out? Their sessions and tokens end; their servers go on.",
    reset_password = "Give “{name}” a new password? The present one and their sessions end.",
    delete = "Delete “{name}”? Their sessions and tokens end. What they did stays in the history.",
  },
}

local named = {}
for object, texts in pairs(TEXTS) do named[object] = phrase.registry("questions", object, texts) end

--- The question before an action.
-- @param action string its name
-- @param name string|nil of the object
-- @return table|nil phrase; nil when nothing is lost by the action
function M.of(action, name)
  local object, verb = action:match("^(%l+)%.([%l_]+)$")
  local text = TEXTS[object] and TEXTS[object][verb]
  if not text then return nil end
  return named[object][verb](text:find("{name}", 1, true) and { name = name } or nil)
end

return M
