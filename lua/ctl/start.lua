-- l4d2ctl start: stage the cfg files, then start the server; a running one stays as it is.
local staging = require "ctl.staging"

local M = {
  name = "start", summary = "Start a server; success when it runs already",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
}

-- An overlay that is being emptied is no layer yet: what still lies in it would be mounted and vanish.
local function await_wipes(ctx, backend, layers)
  for _, layer in ipairs(layers) do
    backend:after_wipe(layer, function() ctx.step(("wait for the wipe of overlay %s"):format(layer)) end)
  end
end

local function stage(ctx, backend, dir, name)
  local parsed, err = staging.instance(dir, name)
  if not parsed then return nil, err end
  await_wipes(ctx, backend, parsed.layers)
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
  if backend:runs(values.name) then
    ctx.step("the server runs already")
    return 0
  end
  local ok
  ok, err = stage(ctx, backend, dir, values.name)
  if not ok then return nil, err end
  ctx.step("start the server")
  ok, err = backend:start(values.name)
  if not ok then return nil, "cannot start the server: " .. err end
  return 0
end

return M
