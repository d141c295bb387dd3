-- l4d2ctl initialize: the files it writes, and what it refuses.
local ctl = require "spec.support.ctl"
local fixture = require "spec.support.instance"

local SPEC = [[
port: 27020
overlays:
  - 2
  - {path: 1, alias: server_overlay_1}
arguments: ["+map c1m1_hotel", -tickrate, '+hostname "a b"']
config: [exec server_overlay_1, 'rcon_password "x"']
something_else: ignored
]]

describe("l4d2ctl initialize", function()
  local host
  before_each(function() host = fixture.new() end)
  after_each(function() host:remove() end)

  local function initialize(text, name)
    return ctl.run(host.root, { "initialize", name or "7", "-f", "-" }, { input = text })
  end

  it("writes instance.env, server.cfg and the directories, with a line for each step", function()
    local result = initialize(SPEC)
    assert.equal(0, result.code, result.stderr)
    assert.equal("Step: read the specification\nStep: write the instance's files\n", result.stdout)
    assert.equal('L4D2_PORT=27020\nL4D2_ARGS="+map c1m1_hotel -tickrate +hostname \\"a b\\""\n'
      .. "L4D2_LOWERDIRS=overlays/2:overlays/1:installation\n"
      .. "L4D2_ALIASES=server_overlay_1=overlays/1\n", host.dir:read("instances/7/instance.env", 4096))
    assert.equal('exec server_overlay_1\nrcon_password "x"\n', host.dir:read("instances/7/server.cfg", 4096))
    for _, folder in ipairs { "upper", "work", "merged" } do
      assert.equal("directory", host.dir:stat("runtime/7/" .. folder).type)
    end
    assert.equal(416, host.dir:stat("instances/7/server.cfg").mode & 511)
  end)

  it("reads the specification from a file, and rewrites everything each time", function()
    initialize(SPEC)
    host.dir:write("by hand.yaml", "port: 1\n")
    host.dir:write("runtime/7/upper/kept", "x")
    local result = ctl.run(host.root, { "initialize", "7", "--file", "by hand.yaml" }, { cwd = host.root })
    assert.equal(0, result.code, result.stderr)
    assert.equal("L4D2_PORT=1\nL4D2_ARGS=\nL4D2_LOWERDIRS=installation\n",
      host.dir:read("instances/7/instance.env", 4096))
    assert.equal("\n", host.dir:read("instances/7/server.cfg", 4096))
    assert.equal("x", host.dir:read("runtime/7/upper/kept", 10))
  end)

  it("makes the state directory", function()
    local result = ctl.run(host.root .. "/new/one", { "initialize", "a", "-f", "-" }, { input = "port: 1" })
    assert.equal(0, result.code, result.stderr)
    assert.truthy(host.dir:stat("new/one/instances/a/instance.env"))
    assert.equal(488, host.dir:stat("new/one").mode & 511)
  end)

  it("says line and column of a mistake, writes nothing and exits 1", function()
    local result = initialize("port: 1\noverlays:\n  - ../x\n")
    assert.equal(1, result.code)
    assert.matches("line 3, column 5", result.stderr, 1, true)
    assert.equal(1, initialize("").code)
    assert.equal(1, initialize("port: 1\narguments: ['\"open']").code)
    assert.equal(1, initialize(("x"):rep((1 << 20) + 1)).code)
    assert.is_nil(host.dir:stat("instances/7"))
    local missing = ctl.run(host.root, { "initialize", "7", "-f", "/nonexistent/spec.yaml" })
    assert.equal(1, missing.code)
    assert.matches("/nonexistent/spec.yaml", missing.stderr, 1, true)
  end)

  it("refuses an overlay whose name is a link out of the overlays", function()
    host.dir:symlink("/etc", "overlays/out")
    host.dir:symlink("../installation", "overlays/game")
    for _, ref in ipairs { "out", "game", "out/ssl" } do
      local result = initialize("port: 1\noverlays: [" .. ref .. "]\n")
      assert.equal(1, result.code, ref)
      assert.truthy(result.stderr:find(ref, 1, true), result.stderr)
    end
  end)
end)
