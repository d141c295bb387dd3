-- l4d2ctl start: stage the cfg files, then start the server; a running one stays as it is.
local staging = require "ctl.staging"

local M = {
  name = "start", summary = "Start a server; success when it runs already",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
}

local function stage(ctx, dir, name)
  local parsed, err = staging.instance(dir, name)
  if not parsed then return nil, err end
  ctx.step("stage the cfg files")
  return staging.stage(dir, name, parsed)
end

--- @param ctx table of boot.ctl
-- @param values table {name}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  local dir, err = ctx.open()
  if not dir then return nil, err end
  local backend
  backend, err = ctx.backend()
  if not backend then return nil, err end
  if backend:status(values.name).state == "running" then
    ctx.step("the server runs already")
    return 0
  end
  local ok
  ok, err = stage(ctx, dir, values.name)
  if not ok then return nil, err end
  ctx.step("start the server")
  ok, err = backend:start(values.name)
  if not ok then return nil, "cannot start the server: " .. err end
  return 0
end

return M
