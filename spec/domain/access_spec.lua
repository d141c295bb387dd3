-- Specs of domain.access: permissions by role, and what owners, strangers and admins may do to an object.
local access = require "domain.access"

local roles = {
  anonymous = nil,
  stranger = { id = 2, admin = false },
  owner = { id = 1, admin = false },
  admin = { id = 9, admin = true },
  console = { admin = true },
}

describe("domain.access", function()
  it("lets each role call what its permission allows", function()
    local rows = {
      { "user", "anonymous", "unauthenticated" }, { "user", "stranger" }, { "user", "owner" }, { "user", "admin" },
      { "owner", "anonymous", "unauthenticated" }, { "owner", "stranger" }, { "owner", "owner" },
      { "owner", "admin" }, { "owner", "console" },
      { "admin", "anonymous", "unauthenticated" }, { "admin", "stranger", "forbidden" },
      { "admin", "owner", "forbidden" }, { "admin", "admin" }, { "admin", "console" },
    }
    for _, row in ipairs(rows) do
      local ok, why = access.may_call(roles[row[2]], row[1])
      assert.equal(row[3], why)
      assert.equal(row[3] == nil, ok)
    end
    assert.has_error(function() access.may_call(roles.admin, "anyone") end)
  end)

  it("hides someone else's object, shows a system-wide one, and lets only its owner or an admin change it", function()
    local own, common = { user_id = 1 }, {}
    local rows = {
      { "stranger", own, false, "not_found" }, { "owner", own, true }, { "admin", own, true },
      { "console", own, true }, { "stranger", common, true, "forbidden" }, { "owner", common, true, "forbidden" },
      { "admin", common, true },
    }
    for _, row in ipairs(rows) do
      local actor, object, sees, why = roles[row[1]], row[2], row[3], row[4]
      assert.equal(sees, access.may_see(actor, object))
      local may, reason = access.may_change(actor, object)
      assert.equal(why == nil, may)
      assert.equal(why, reason)
    end
  end)

  it("never takes an actor without an id for the owner of a system-wide object", function()
    assert.is_false(access.may_change({ admin = false }, {}))
  end)
end)
