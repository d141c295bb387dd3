-- l4d2ctl status: what a server is doing, for people or (--json) for programs.
local M = {
  name = "status", summary = "Say whether a server runs",
  args = { { name = "NAME", help = "The server: 1 to 64 of a-z, 0-9, - and _" } },
  options = { { name = "json", help = "One line of JSON for programs" } },
}

local FIELDS = { "state", "active", "sub", "pid", "since", "invocation", "memory", "cpu_usec" }

-- By hand, so that the fast path needs no library: the values are words and integers.
local function as_json(status)
  local parts = {}
  for _, field in ipairs(FIELDS) do
    local value = status[field]
    local text = value == nil and "null" or math.type(value) and ("%d"):format(value) or ('"%s"'):format(value)
    parts[#parts + 1] = ('"%s":%s'):format(field, text)
  end
  return "{" .. table.concat(parts, ",") .. "}\n"
end

local function as_text(name, status)
  local lines = { ("%s: %s (%s, %s)"):format(name, status.state, status.active, status.sub) }
  local function add(format, value)
    if value then lines[#lines + 1] = format:format(value) end
  end
  add("  since     %s", status.since and os.date("!%Y-%m-%d %H:%M:%S UTC", status.since // 1000))
  add("  pid       %d", status.pid)
  add("  memory    %.1f MB", status.memory and status.memory / 1e6)
  add("  cpu       %.2f s", status.cpu_usec and status.cpu_usec / 1e6)
  add("  restarts  %d", status.restarts ~= 0 and status.restarts or nil)
  add("  ended     with %s", status.exit)
  add("  error     %s", status.error)
  return table.concat(lines, "\n") .. "\n"
end

--- @param ctx table of boot.ctl
-- @param values table {name, json}
-- @return integer|nil exit code; string message
function M.run(ctx, values)
  local backend, err = ctx.backend()
  if not backend then return nil, err end
  local status = backend:status(values.name)
  ctx.out(values.json and as_json(status) or as_text(values.name, status))
  return 0
end

return M
