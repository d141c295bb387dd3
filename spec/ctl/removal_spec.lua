-- ctl.removal: what a mount that ended in a crash left is root's, and the backend has it removed.
local removal = require "ctl.removal"

-- A state directory in which the runtime directory cannot be removed before the backend has purged it.
local function context(code, backend)
  local removed, purged = {}, false
  backend.stop = function() return true end
  if backend.purges ~= nil then
    function backend.purge(_, name)
      purged = backend.purges and name
      if not purged then return nil, "the overlay of 7 is mounted" end
      return true
    end
  end
  local dir = { remove_tree = function(_, path)
    if path == "runtime/7" and not purged then return nil, "cannot remove " .. path, code end
    removed[#removed + 1] = path
    return true
  end }
  return {
    step = function() end, err = function() end, backend = function() return backend end,
    open = function() return dir end,
  }, removed
end

describe("Removing a server", function()
  it("has the backend purge what only root can remove, and goes on", function()
    local ctx, removed = context("EACCES", { purges = true })
    assert.equal(0, removal.run(ctx, "7", false))
    assert.same({ "runtime/7", "instances/7" }, removed)
  end)

  local REFUSED = {
    { "the purge's words", "EACCES", { purges = false }, "the overlay of 7 is mounted" },
    { "its own failure where nobody can purge", "EPERM", {}, "cannot remove runtime/7" },
    { "any other failure without a purge", "EIO", { purges = true }, "cannot remove runtime/7" },
  }
  for _, case in ipairs(REFUSED) do
    it("says " .. case[1], function()
      local ctx, removed = context(case[2], case[3])
      local code, message = removal.run(ctx, "7", false)
      assert.is_nil(code)
      assert.matches(case[4], message, 1, true)
      assert.same({}, removed)
    end)
  end
end)
