-- Runs the benchmarks named (or all) and prints one table: our figure, its limit in the same run, the aim.
local share = require("host.runtime").share_dir
package.path = share .. "/?.lua;" .. package.path

local ALL = { "status", "claim", "mount", "start", "pages", "growth", "paint", "login", "latency", "throughput",
  "memory", "live" }

local function row(entry)
  print(("| %s | %s | %s | %s | %s |"):format(entry.name, entry.ours, entry.limit or "", entry.ratio or "", entry.aim))
  io.stdout:flush()
end

local names = { ... }
if #names == 0 then names = ALL end
print("| what | ours | its limit, same run | ratio | aim |\n| --- | --- | --- | --- | --- |")
for _, name in ipairs(names) do
  local ok, err = xpcall(function()
    for _, entry in ipairs(require("spec.bench." .. name)()) do row(entry) end
  end, debug.traceback)
  if not ok then
    row { name = name, ours = "not measured", aim = (tostring(err):gsub("\n.*", "")) }
    io.stderr:write(err, "\n")
  end
end
return 0
