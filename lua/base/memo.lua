-- Functions that remember their last results, a bounded number of them.
local M = {}

--- A function that gives what `fn` gave before: lists say the same moments and names again and again. Once it remembers
-- so many results it forgets them all.
-- @param fn function(number|string) → anything but nil and false
-- @param most integer how many results are remembered
-- @return function
function M.of(fn, most)
  local results, count = {}, 0
  return function(value)
    local result = results[value]
    if not result then
      if count == most then results, count = {}, 0 end
      result, count = fn(value), count + 1
      results[value] = result
    end
    return result
  end
end

return M
