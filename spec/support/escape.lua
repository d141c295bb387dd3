-- A script overlay that tries everything, and what it could reach: for the specs of every sandbox.
local runtime = require "host.runtime"

local M = {}

--- The script of an overlay that runs spec/support/escape.pl.
-- @param addresses string[] IPs with a TCP listener on port 7007, public ones with "+" before
-- @return string
function M.script(addresses)
  local file <close> = assert(io.open(runtime.share_dir .. "/spec/support/escape.pl"))
  return ("perl - %s <<'ESCAPE'\n%s\nESCAPE\n"):format(table.concat(addresses, " "), file:read "a")
end

--- What the script could do beyond what is known. It always can write into the directory it starts in.
-- @param known string[] what it may be able to do, on some kernels
-- @param log string of its build
-- @return string[] raises when the script did not come to its end
function M.beyond(known, log)
  assert(tonumber(log:match "tried (%d+)") > 100, "the escape script broke off:\n" .. log)
  local expected, found, beyond = { ["write into ."] = true }, {}, {}
  for _, what in ipairs(known) do expected[what] = true end
  for what in log:gmatch "can ([^\n]+)" do
    found[what] = true
    if not expected[what] then beyond[#beyond + 1] = what end
  end
  assert(found["write into ."], "the escape script cannot even write where it is:\n" .. log)
  return beyond
end

return M
