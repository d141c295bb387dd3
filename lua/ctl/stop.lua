-- l4d2ctl stop: end a server; one that is stopped stays so and that is a success.
local M = {
  name = "stop", summary = "Stop a server; success when it is stopped already",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
}

--- @param ctx table of boot.ctl
-- @param values table {name}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  local backend, err = ctx.backend()
  if not backend then return nil, err end
  ctx.step("stop the server")
  local ok
  ok, err = backend:stop(values.name)
  if not ok then return nil, "cannot stop the server: " .. err end
  return 0
end

return M
