-- What people are asked before something is lost: by a dialog, and by a page of its own where JavaScript is off.
local M = {}

local TEXTS = {
  ["server.reset"] = "Reset “%s”? It is stopped, and everything it wrote itself (logs, downloads, plugin data) is "
    .. "lost. Overlays and blueprint stay.",
  ["server.delete"] = "Delete “%s”? It is stopped and removed with everything it wrote. Overlays and blueprint stay.",
  ["overlay.wipe"] = "Wipe “%s”? All its files are removed; the script stays.",
  ["overlay.delete"] = "Delete “%s” with its script and all its files?",
  ["blueprint.delete"] = "Delete the blueprint “%s”? Its overlays stay.",
  ["job.cancel"] = "Cancel this job? What it has done so far stays as it is.",
  ["token.revoke"] = "Revoke this token? Scripts that use it stop working.",
  ["user.deactivate"] = "Shut “%s” out? Their sessions and tokens end; their servers go on.",
}

--- The question before an action.
-- @param action string its name
-- @param name string|nil of the object
-- @return string|nil text; nil when nothing is lost by the action
function M.of(action, name)
  local text = TEXTS[action]
  return text and (text:gsub("%%s", function() return name or "this" end))
end

return M
