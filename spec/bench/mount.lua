-- Overlay mount and umount through host.mount beside the bare system calls, each in its own mount namespace.
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"

local ROUNDS <const>, MOUNTS <const> = 9, "100"

return function()
  local root <close> = scratch.new()
  local folders = {}
  for i, name in ipairs { "a", "b", "upper", "work", "merged" } do
    assert(root.dir:mkdir(name))
    folders[i] = root.path .. "/" .. name
  end
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
  local a, b = measure.percentile(ours, 50), measure.percentile(limit, 50)
  return { { name = "overlay mount and umount, two layers", ours = ("%.2f ms"):format(a),
    limit = ("%.2f ms (bare system calls)"):format(b), ratio = measure.ratio(a, b), aim = "at most 1.3 ×" } }
end
