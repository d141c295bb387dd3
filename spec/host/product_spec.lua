-- What owners do on a production host beyond the main job: builds side by side, three overlays with aliases, wipes.
local a2s = require "spec.support.a2s_client"
local booted = require "spec.support.booted"
local product = require "spec.support.product"
local rcon = require "spec.support.rcon_client"

describe("On a production host", function()
  local host, made

  before_each(function() host, made = booted.host():login(), { overlays = {}, servers = {} } end)

  after_each(function()
    for _, server in ipairs(made.servers) do
      product.operate(host, server, "delete")
      host:api("DELETE", "/blueprints/" .. server.blueprint_id, nil, 200)
    end
    for _, overlay in ipairs(made.overlays) do host:api("DELETE", "/overlays/" .. overlay.id, nil, 200) end
  end)

  local function overlay(name)
    made.overlays[#made.overlays + 1] = host:api("POST", "/overlays", { name = name, type = "script" }, 201)
    return made.overlays[#made.overlays]
  end

  local function build(one, script)
    return host:api("POST", ("/overlays/%d/script"):format(one.id), { script = script }, 202)
  end

  local function server(name, options)
    made.servers[#made.servers + 1] = product.server(host, name, options)
    return made.servers[#made.servers]
  end

  local function files_of(one)
    return host:must(("cd /var/lib/left4me/overlays/%d && find . -mindepth 1 | sort | tr '\\n' ' '"):format(one.id))
  end

  it("two builds run at the same time, each waiting for what the other cannot give it", function()
    -- Each goes on only once the other runs too: a loop that the listener of the other's end would break.
    local first, second = overlay "first", overlay "second"
    local one, other = build(first, "echo go; sleep 600"), build(second, "echo go; sleep 600")
    for _, job in ipairs { one, other } do
      host:eventually("both builds", function() return product.log(host, job):find("go", 1, true) end)
    end
    assert.equal("2", host:must "systemctl list-units --plain --no-legend 'build-overlay@*' | grep -c activating")
    for _, job in ipairs { one, other } do
      host:api("POST", ("/jobs/%d/cancel"):format(job.id), {}, 202)
      assert.equal("cancelled", host:finished(job).state)
    end
  end)

  it("a game sees three overlays in their order and each one's server.cfg under its alias", function()
    local ids = {}
    for i, name in ipairs { "top", "middle", "bottom" } do
      local one = overlay(name)
      assert.equal("succeeded", host:finished(build(one, ([[
mkdir -p left4dead2/cfg
echo from %s >left4dead2/all.txt
echo only %s >left4dead2/%s.txt
echo 'sv_contact %s' >left4dead2/cfg/server.cfg]]):format(name, name, name, name))).state)
      ids[i] = one.id
    end
    local game = server("three overlays", { overlays = ids })
    product.operate(host, game, "start")
    host:eventually("an A2S answer", function() return a2s.info("127.0.0.1", game.port, 100) end)
    local cfg = host:must(("cat /var/lib/left4me/instances/%d/server.cfg"):format(game.id))
    local console = assert(rcon.open("127.0.0.1", game.port, cfg:match 'rcon_password "([^"]+)"'))
    assert.matches("from top", console:command "cat all.txt")
    for _, name in ipairs { "top", "middle", "bottom" } do
      assert.matches("only " .. name, console:command(("cat %s.txt"):format(name)))
    end
    for i, name in ipairs { "top", "middle", "bottom" } do
      local alias = ("server_overlay_%d"):format(ids[i])
      assert.truthy(cfg:find("exec " .. alias, 1, true))
      assert.matches("sv_contact " .. name, console:command(("cat cfg/%s.cfg"):format(alias)))
    end
    assert.matches("top", console:command "sv_contact")
    console:close()
    -- What the game writes is its own, and belongs to left4me on disk.
    assert.equal("left4me", host:must(("stat -c %%U /var/lib/left4me/runtime/%d/upper/left4dead2"):format(game.id)))
  end)

  it("a wipe empties an overlay whatever its build did to the rights, and goes through the same unit", function()
    local one = overlay "wiped"
    local job = host:finished(build(one, [[
mkdir -p a/b/c 'with space' .hidden
echo x >a/b/c/file; ln -s /etc/shadow link; ln -s nowhere dangling; mkfifo pipe
chmod 0 a/b/c; chmod 0 a/b; chmod 500 .]]))
    assert.matches("may not be read", product.log(host, job))
    assert.truthy(files_of(one):find("./link", 1, true))
    host:api("POST", ("/overlays/%d/wipe"):format(one.id), {}, 200)
    assert.equal("", files_of(one))
    assert.equal("", host:api("GET", "/overlays/" .. one.id, nil, 200).last_build_status)
    assert.matches("Finished build%-overlay@" .. one.id, host:must("journalctl -b -o cat -u build-overlay@" .. one.id))
    assert.truthy(host:must("stat -c %a /etc/shadow"):match "^6?40?")
  end)

  it("a wipe waits for nobody: 409 while a build runs and while a game has the overlay mounted", function()
    local one = overlay "busy"
    local job = build(one, "echo go; sleep 600")
    host:eventually("the build", function() return product.log(host, job):find("go", 1, true) end)
    host:api("POST", ("/overlays/%d/wipe"):format(one.id), {}, 409)
    host:api("POST", ("/jobs/%d/cancel"):format(job.id), {}, 202)
    host:finished(job)
    assert.equal("succeeded", host:finished(build(one, "echo kept >kept")).state)
    local game = server("has it mounted", { overlays = { one.id } })
    product.operate(host, game, "start")
    host:api("POST", ("/overlays/%d/wipe"):format(one.id), {}, 409)
    assert.equal("./kept", (files_of(one):gsub("%s", "")))
    product.operate(host, game, "stop")
    host:api("POST", ("/overlays/%d/wipe"):format(one.id), {}, 200)
  end)

  it("a build cannot make a file larger than an overlay may be", function()
    local one = overlay "large"
    local job = host:finished(build(one, "truncate -s 1T sparse 2>&1; fallocate -l 21G solid 2>&1; ls -s; exit 0"))
    local log = product.log(host, job)
    -- The unit's own limit of a file's size stops it before the measuring does.
    assert.equal(2, select(2, log:gsub("File size limit exceeded", "")))
  end)

  it("files of a build belong to left4me on disk, and to the build's own user inside", function()
    local one = overlay "owned"
    local job = host:finished(build(one, "touch mine; stat -c %U:%G mine; stat -c %u mine; id -u; echo kept >>mine"))
    local log = product.log(host, job)
    local uid, me = log:match "(%d+)\n(%d+)"
    assert.equal(me, uid)
    assert.equal("left4me:left4me",
      host:must(("stat -c %%U:%%G /var/lib/left4me/overlays/%d/mine"):format(one.id)))
    host:must(("setpriv --reuid left4me --regid left4me --clear-groups sh -c 'echo by left4me "
      .. ">>/var/lib/left4me/overlays/%d/mine'"):format(one.id))
    job = host:finished(build(one, "cat mine; echo again >>mine"))
    assert.matches("kept\nby left4me", product.log(host, job))
  end)
end)
