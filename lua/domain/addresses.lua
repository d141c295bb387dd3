-- The IPv4 addresses that are the machine's own, as its kernel lists them.
local M = {}

--- The own addresses but those of the loopback network.
-- @param trie string /proc/net/fib_trie
-- @return table list of strings, in the kernel's order
function M.own(trie)
  local out, seen = {}, {}
  for address in trie:gmatch "|%-%- ([%d.]+)\n%s*/32 host LOCAL" do
    if not seen[address] and not address:find "^127%." then out[#out + 1] = address end
    seen[address] = true
  end
  return out
end

return M
