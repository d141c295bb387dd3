-- Chooses how this host runs things: auto, systemd or standalone.
local M = {}

--- Open a backend.
-- @param choice string|nil "auto" (default), "standalone" or "systemd"
-- @param options table {root=absolute path of the state directory, …} for the backend's new
-- @return table|nil backend; string message
function M.open(choice, options)
  if choice == nil or choice == "" or choice == "auto" or choice == "standalone" then
    return require("backends.standalone").new(options)
  end
  if choice == "systemd" then
    return nil, "this build has no systemd backend: set LEFT4ME_BACKEND to standalone or auto"
  end
  return nil, ("the backend is auto, systemd or standalone, not %q"):format(choice)
end

return M
