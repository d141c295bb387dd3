-- What people are asked before something is lost: by a dialog, and by a page of its own where JavaScript is off.
local phrase = require "base.phrase"

local M = {}

-- object → action → question; {name} is the object's. Of a server, {lost} says what it wrote, {hostname} what players
-- see; of an overlay, {lost} says how much its files are.
local TEXTS = {
  server = {
    restart = "Restart “{name}”? Everybody who plays is thrown out.",
    reset = "Reset “{name}”? It is stopped. Lost is {lost}. Overlays, blueprint, port and passwords stay.",
    delete = "Delete “{name}”? It is stopped, and removed with its port and its RCON password. Lost is {lost}. "
      .. "Overlays and blueprint stay.",
    rename = "Rename “{name}”? No file is lost, and its address stays. Players see “{hostname}”, at least until its "
      .. "next start.",
    rotate_rcon_password = "Change the RCON password of “{name}”? The old one is lost: tools that use it stop working. "
      .. "The game has the new one from its next start.",
  },
  overlay = {
    wipe = "Wipe “{name}”? All its files are removed; the script stays. {lost}",
    rebuild = "Wipe “{name}” and build it again? All its files are removed first, also those that its script "
      .. "did not make. {lost}",
    delete = "Delete “{name}” with its script and all its files? {lost}",
  },
  blueprint = { delete = "Delete the blueprint “{name}”? Its overlays stay." },
  job = { cancel = "Cancel this job? What it has done so far stays as it is." },
  token = { revoke = "Revoke this token? Scripts that use it stop working." },
  user = {
    deactivate = "Shut “{name}” out? Their sessions and tokens end; their servers go on.",
    reset_password = "Give “{name}” a new password? The present one, their sessions and their API tokens end.",
    delete = "Delete “{name}”? Their sessions and tokens end. What they did stays in the history.",
  },
}

local named = {}
for object, texts in pairs(TEXTS) do named[object] = phrase.registry("questions", object, texts) end

-- The parameters a text has room for.
local function params_of(text, subject)
  local params
  for name in text:gmatch "{([%l_]+)}" do
    params = params or {}
    params[name] = type(subject) == "table" and subject[name] or name == "name" and subject or nil
  end
  return params
end

--- The question before an action.
-- @param action string its name
-- @param subject string|table|nil the name of the object, or all that the question says of it
-- @return table|nil phrase; nil when nothing is lost by the action
function M.of(action, subject)
  local object, verb = action:match("^(%l+)%.([%l_]+)$")
  local text = TEXTS[object] and TEXTS[object][verb]
  return text and named[object][verb](params_of(text, subject))
end

return M
