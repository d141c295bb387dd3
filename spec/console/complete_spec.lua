-- console.complete: tables of half-typed lines.
local complete = require "console.complete"

local ACTIONS = {
  { name = "server.list", object = "server", args = { { name = "limit" } } },
  { name = "server.create", object = "server", args = { { name = "name" }, { name = "port" } } },
  { name = "server.start", object = "server", args = { { name = "id" } } },
  { name = "server.stop", object = "server", args = { { name = "id" } } },
  { name = "server.update", object = "server", args = { { name = "id" }, { name = "hostname" } } },
}

describe("console.complete", function()
  local function boom() error("called") end
  local globals = {
    servers = {}, server = boom, my = { one = 1, other = { deep = 1 }, ["not a name"] = 1,
      [1] = 2 },
    trap = setmetatable({ real = 1 }, { __index = boom, __pairs = boom }), print = boom,
  }
  local cases = {
    { "ser", { "server", "servers" } }, { "x = ser", { "server", "servers" } },
    { "servers:", { "create", "list" } },
    { "servers:l", { "list" } }, { "server(1):st", { "start", "stop" } },
    { "server( 12 ):u", { "update" } },
    { "server(x):st", {} }, { "nothing:x", {} }, { "db:", { "query" } }, { "tasks:l", { "list" } },
    { "my.o", { "one", "other" } }, { "my.other.", { "deep" } }, { "my.none.", {} },
    { "trap.r", { "real" } },
    { "servers:create{na", { "name = " } }, { "servers:create{name = 'x', po", { "port = " } },
    { "server(7):update{h", { "hostname = " } }, { "servers:create({p", { "port = ", "print" } },
    { "whi", { "while" } }, { "zzz", {} },
  }
  for _, case in ipairs(cases) do
    it(("completes %q"):format(case[1]), function()
      assert.same(case[2], complete.complete(case[1], globals, ACTIONS).items)
    end)
  end

  it("offers all globals on an empty line, bounded", function()
    local many = {}
    for i = 1, 1000 do many["name" .. i] = i end
    assert.equal(200, #complete.complete("", many, ACTIONS).items)
  end)

  it("takes any line", function()
    for _, line in ipairs { "server(7):start()", "\27[2J", "'", "\xff", "a.b.c.", ":", "{", "(((" } do
      assert.is_table(complete.complete(line, globals, ACTIONS).items)
    end
  end)

  it("says which part it completes", function()
    assert.equal("se", complete.complete("print(se", globals, ACTIONS).typed)
    assert.equal("", complete.complete("servers:", globals, ACTIONS).typed)
    assert.equal("x1", complete.complete("a + x1", globals, ACTIONS).typed)
  end)
end)
