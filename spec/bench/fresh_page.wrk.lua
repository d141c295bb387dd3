-- For wrk: asks for the list of servers at another address each time, so that none is remembered.
-- luacheck: globals request wrk
local count = 0

function request()
  count = count + 1
  return wrk.format("GET", "/servers?n=" .. count)
end
