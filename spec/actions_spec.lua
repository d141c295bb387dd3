-- Specs of the action registry: complete records, and who may call what before any object is known.
local actions = require "actions"
local errors = require "base.errors"

local roles = { user = { id = 1, admin = false, door = "api" }, admin = { id = 2, admin = true, door = "api" } }

-- Services that answer every call, so that only the registry decides.
local function answering()
  local service = setmetatable({}, { __index = function() return function() return { id = 1 } end end })
  return setmetatable({}, { __index = function() return service end })
end

local MINIMAL = {
  ["overlay.create"] = { name = "x" }, ["overlay.save_script"] = { id = 1, script = "echo" },
  ["blueprint.create"] = { name = "x" }, ["server.create"] = { name = "x", blueprint_id = 1 },
  ["server.rename"] = { id = 1, name = "x" },
  ["user.create"] = { username = "bob", password = "long enough pw" },
  ["user.passwd"] = { password = "long enough pw" }, ["user.update"] = { id = 1, admin = true },
  ["user.set_language"] = { language = "de" }, ["search.find"] = { kind = "server" },
}

local function arguments_of(record)
  if MINIMAL[record.name] then return MINIMAL[record.name] end
  for _, field in ipairs(record.args) do
    if field.required then return { id = 1 } end
  end
  return {}
end

-- The permission of every action; one that is not in this table fails.
local PERMISSIONS = {
  ["overlay.list"] = "user", ["overlay.get"] = "user", ["overlay.create"] = "user",
  ["overlay.update"] = "owner", ["overlay.delete"] = "owner", ["overlay.save_script"] = "owner",
  ["overlay.build"] = "owner", ["overlay.wipe"] = "owner", ["overlay.rebuild"] = "owner",
  ["blueprint.list"] = "user", ["blueprint.get"] = "owner", ["blueprint.create"] = "user",
  ["blueprint.update"] = "owner", ["blueprint.delete"] = "owner", ["blueprint.preview"] = "owner",
  ["blueprint.draft"] = "owner", ["blueprint.duplicate"] = "owner",
  ["server.list"] = "user", ["server.get"] = "owner", ["server.create"] = "user", ["server.update"] = "owner",
  ["server.delete"] = "owner", ["server.start"] = "owner", ["server.stop"] = "owner",
  ["server.rename"] = "owner", ["server.restart"] = "owner", ["server.rotate_rcon_password"] = "owner",
  ["server.reset"] = "owner", ["server.initialize"] = "owner",
  ["job.list"] = "user", ["job.get"] = "owner", ["job.cancel"] = "owner",
  ["session.list"] = "user", ["session.finish"] = "user", ["session.end_others"] = "user",
  ["token.create"] = "user", ["token.list"] = "user", ["token.revoke"] = "owner",
  ["user.list"] = "admin", ["user.get"] = "admin", ["user.reset_password"] = "admin", ["user.delete"] = "admin",
  ["user.create"] = "admin", ["user.update"] = "admin", ["user.passwd"] = "user",
  ["user.set_language"] = "user", ["user.activate"] = "admin", ["user.deactivate"] = "admin",
  ["installation.get"] = "user", ["installation.details"] = "admin",
  ["health.get"] = "admin", ["health.check"] = "admin", ["installation.install"] = "admin",
  ["search.find"] = "user",
}

describe("actions", function()
  it("have the permissions of the table, all of them and no others", function()
    local seen = {}
    for _, record in ipairs(actions.list()) do seen[record.name] = record.permission end
    assert.same(PERMISSIONS, seen)
  end)

  for _, record in ipairs(actions.list()) do
    it(record.name .. " answers each role as its permission says", function()
      local raw = arguments_of(record)
      local value, err = actions.call({ services = answering() }, record.name, raw)
      assert.is_nil(value)
      assert.equal(401, err.status)
      value, err = actions.call({ actor = roles.user, services = answering() }, record.name, raw)
      if record.permission == "admin" then
        assert.equal(403, err.status)
      else
        assert.is_truthy(value)
      end
      assert.is_truthy((actions.call({ actor = roles.admin, services = answering() }, record.name, raw)))
    end)

    it(record.name .. " names an argument it does not know", function()
      local raw = { ["no such argument"] = 1 }
      for key, value in pairs(arguments_of(record)) do raw[key] = value end
      local _, err = actions.call({ actor = roles.admin, services = answering() }, record.name, raw)
      assert.equal(422, err.status)
      assert.is_string(err.fields["no such argument"])
    end)
  end

  it("answer a full disk and a busy database as such, and pass a fault on", function()
    local function services(raised)
      return { overlays = { list = function() error(raised, 0) end } }
    end
    local function call(raised)
      return actions.call({ actor = roles.user, services = services(raised) }, "overlay.list", {})
    end
    assert.equal(507, select(2, call({ code = "SQLITE_FULL" })).status)
    assert.equal(503, select(2, call({ code = "SQLITE_BUSY" })).status)
    assert.has_error(function() call({ code = "SQLITE_ERROR" }) end)
    local ok, raised = pcall(call, "a fault")
    assert.is_false(ok)
    assert.matches("^a fault\nstack traceback", raised)
  end)

  it("pass an error of a service on as it is", function()
    local err = errors.common.conflict()
    local services = { overlays = { delete = function() return nil, err end } }
    local ctx = { actor = roles.user, services = services }
    assert.equal(err, select(2, actions.call(ctx, "overlay.delete", { id = 1 })))
  end)

  it("raise for a name that is not listed", function()
    assert.has_error(function() actions.call({ actor = roles.admin }, "server.explode", {}) end)
  end)

  it("refuse a record that is incomplete or there already", function()
    local function record(changes)
      local out = { name = "server.fly", object = "server", permission = "user", status = 200, summary = "Fly",
        args = {}, run = function() end }
      for key, value in pairs(changes) do out[key] = value ~= "none" and value or nil end
      return out
    end
    for _, changes in ipairs {
      { name = "server.list" }, { name = "fly" }, { object = "overlay" }, { permission = "anyone" },
      { permission = "none" }, { summary = " " }, { summary = "none" }, { status = 500 }, { run = "none" },
      { args = { { name = "x", type = "string" } } },
    } do
      assert.has_error(function() actions.add(record(changes)) end)
    end
  end)

  it("rescues what the database raised as its error, and gives a message its trace once", function()
    local function raise(value)
      return select(2, xpcall(error, actions.rescue, value, 0))
    end
    assert.equal("common.storage_full", raise({ code = "SQLITE_FULL" }).code)
    assert.matches("^oops\nstack traceback:", raise "oops")
    assert.equal("oops\nstack traceback:\n", raise "oops\nstack traceback:\n")
    local other = {}
    assert.equal(other, raise(other))
  end)
end)
