-- Makes undefined globals an error, so that a misspelt name is found at its first use.
local M = {}

--- Guard a table of globals.
-- @param env table usually _G
-- @return table env
function M.install(env)
  return setmetatable(env, {
    __index = function(_, name) error("undefined variable: " .. tostring(name), 2) end,
    __newindex = function(_, name) error("cannot make the global " .. tostring(name), 2) end,
  })
end

return M
