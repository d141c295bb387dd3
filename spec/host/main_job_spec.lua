-- The main job on a production host, through the public doors, and what an admin finds in systemd's own tools.
local a2s = require "spec.support.a2s_client"
local booted = require "spec.support.booted"
local product = require "spec.support.product"

describe("On a production host", function()
  local host
  setup(function() host = booted.host():login() end)

  it("the main job of the quickstart holds", function()
    local result = host:sh(("LEFT4ME_TOKEN=%s build/left4me lua deploy/lib/main_job.lua /var/lib/left4me %s "
      .. "/usr/local/bin/l4d2ctl"):format(host.token, host.address))
    assert.equal(0, result.code, result.stdout .. result.stderr)
  end)

  it("the service chose the systemd backend by itself", function()
    assert.matches("systemd backend", host:log())
    assert.equal(1, host:sh("grep -q LEFT4ME_BACKEND /etc/left4me/host.env /etc/left4me/web.env").code)
  end)

  it("an admin finds a server, its processes and a build's output where they are looked for", function()
    local overlay, job = product.overlay(host, "seen by admins", "echo built for the admin; echo a warning >&2")
    assert.equal("succeeded", job.state)
    local server = product.server(host, "seen by admins", { overlays = { overlay.id } })
    product.operate(host, server, "start")
    host:eventually("an A2S answer", function() return a2s.info("127.0.0.1", server.port, 100) end)
    local status = host:must(("systemctl status left4me-server@%d"):format(server.id))
    assert.matches("Active: active %(running%)", status)
    assert.matches("l4d2%-game%.slice/left4me%-server@" .. server.id .. "%.service", status)
    assert.matches("srcds_linux", status)
    local journal = host:must(("journalctl -o cat -u build-overlay@%d"):format(overlay.id))
    assert.matches("built for the admin", journal)
    assert.matches("a warning", host:must(("journalctl -o cat -p err -u build-overlay@%d"):format(overlay.id)))
    assert.matches("srcds_linux", host:must "systemd-cgls --no-pager -u l4d2-game.slice")
    product.operate(host, server, "delete")
    local blueprint = host:api("GET", "/blueprints", nil, 200).blueprints[1]
    host:api("DELETE", "/blueprints/" .. blueprint.id, nil, 200)
    host:api("DELETE", "/overlays/" .. overlay.id, nil, 200)
  end)

  it("delete leaves no unit, mount, process or file of a server", function()
    local server = product.server(host, "goes without a trace")
    product.operate(host, server, "start")
    product.operate(host, server, "delete")
    local name = tostring(server.id)
    for _, unit in ipairs { "left4me-server@", "left4me-mount@", "left4me-boot@" } do
      assert.equal("inactive", host:sh("systemctl is-active " .. unit .. name).stdout:match "%l+", unit)
    end
    assert.equal("disabled", host:sh("systemctl is-enabled left4me-server@" .. name).stdout:match "%l+")
    assert.equal("", host:sh("grep /runtime/" .. name .. "/ /proc/*/mountinfo").stdout)
    assert.equal("", host:sh("find /var/lib/left4me /run/left4me /etc/systemd -path '*/" .. name .. "' -o -name '*@"
      .. name .. ".service' -o -name '" .. name .. ".json'").stdout)
    host:api("DELETE", "/blueprints/" .. server.blueprint_id, nil, 200)
  end)

  it("leaves nothing in the state directory that is not left4me's", function()
    assert.equal("", host:must "find /var/lib/left4me ! -user left4me")
  end)
end)
