-- Overlay mount and umount through host.mount beside the bare system calls, each in its own mount namespace.
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

return function()
  local root = service.temporary_directory()
  local function inside(...)
    local argv = { "unshare", "--user", "--map-root-user", "--mount", ... }
    for _, name in ipairs { "a", "b", "upper", "work", "merged" } do argv[#argv + 1] = root .. "/" .. name end
    argv[#argv + 1] = "500"
    local result = assert(proc.run { argv = argv, timeout_ms = 60000 })
    return assert(tonumber(result.stdout), result.stderr)
  end
  assert(proc.run { argv = { "mkdir", root .. "/a", root .. "/b", root .. "/upper", root .. "/work",
    root .. "/merged" }, timeout_ms = 5000 })
  local limit = inside((runtime.executable:gsub("[^/]*$", "bench_mount_bare")))
  local ours = inside(runtime.executable, "lua", runtime.share_dir .. "/spec/bench/mount_loop.lua")
  proc.run { argv = { "rm", "-rf", "--", root }, timeout_ms = 5000 }
  return { { name = "overlay mount and umount, two layers", ours = ("%.2f ms"):format(ours),
    limit = ("%.2f ms (bare system calls)"):format(limit), ratio = measure.ratio(ours, limit),
    aim = "at most 1.3 ×" } }
end
