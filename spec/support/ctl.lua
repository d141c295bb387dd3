-- Runs the real l4d2ctl on a throw-away state directory.
local proc = require "host.proc"
local runtime = require "host.runtime"

local M = {}

M.program = runtime.executable:gsub("[^/]*$", "l4d2ctl")

--- Run l4d2ctl.
-- @param root string|nil state directory, handed over in LEFT4ME_ROOT
-- @param words string[]
-- @param options table|nil {env=table, input=string, cwd=string}
-- @return table {kind, code, stdout, stderr}
function M.run(root, words, options)
  options = options or {}
  local env = runtime.environ()
  env.LEFT4ME_ROOT, env.XDG_STATE_HOME, env.LEFT4ME_BACKEND = root, nil, nil
  for name, value in pairs(options.env or {}) do env[name] = value ~= "" and value or nil end
  return assert(proc.run {
    argv = { M.program, table.unpack(words) }, env = env, input = options.input, cwd = options.cwd,
    timeout_ms = 60000, max_output = 1 << 24,
  })
end

return M
