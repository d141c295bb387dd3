-- Overlay mount and umount through host.mount beside the bare system calls, each in its own mount namespace.
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local ROUNDS <const>, MOUNTS <const> = 9, "100"
local DIRECTORIES <const> = { "a", "b", "upper", "work", "merged" }

return function()
  local root, folders = service.temporary_directory(), {}
  for i, name in ipairs(DIRECTORIES) do folders[i] = root .. "/" .. name end
  assert(proc.run { argv = { "mkdir", table.unpack(folders) }, timeout_ms = 5000 })
  local function inside(into, ...)
    local argv = { "unshare", "--user", "--map-root-user", "--mount", ... }
    table.move(folders, 1, #folders, #argv + 1, argv)
    argv[#argv + 1] = MOUNTS
    local result = assert(proc.run { argv = argv, timeout_ms = 60000 })
    into[#into + 1] = assert(tonumber(result.stdout), result.stderr)
  end
  local ours, limit = {}, {}
  measure.alternate(ROUNDS,
    function() inside(limit, (runtime.executable:gsub("[^/]*$", "bench_mount_bare"))) end,
    function() inside(ours, runtime.executable, "lua", runtime.share_dir .. "/spec/bench/mount_loop.lua") end)
  proc.run { argv = { "rm", "-rf", "--", root }, timeout_ms = 5000 }
  local a, b = measure.percentile(ours, 50), measure.percentile(limit, 50)
  return { { name = "overlay mount and umount, two layers", ours = ("%.2f ms"):format(a),
    limit = ("%.2f ms (bare system calls)"):format(b), ratio = measure.ratio(a, b), aim = "at most 1.3 ×" } }
end
