-- What an earlier build or start left in place, that was cut short where systemd does not clear up: it is not used.
local booted = require "spec.support.booted"
local fs = require "host.fs"
local product = require "spec.support.product"

local DROP_INS = "/run/systemd/system"

describe("What an earlier run left", function()
  local host
  setup(function() host = booted.host():login() end)

  -- As systemd leaves a unit that nobody needs any more, whose user ended before it began.
  local function leave_active(unit)
    host:must(("mkdir -p %s/%s.d && printf '[Unit]\\nStopWhenUnneeded=no\\n' >%s/%s.d/left.conf"):format(DROP_INS, unit,
      DROP_INS, unit))
    host:must(("systemctl daemon-reload && systemctl start %s"):format(unit))
  end

  local function forget(unit)
    host:must(("rm -r %s/%s.d && systemctl daemon-reload"):format(DROP_INS, unit))
  end

  local function state(unit) return host:sh("systemctl is-active " .. unit).stdout:match "%l+" end

  it("staged is not built: the script is the one of now", function()
    local overlay = product.overlay(host, "former", "echo the old one")
    local stage = ("left4me-stage@%d.service"):format(overlay.id)
    leave_active(stage)
    local job = host:finished(host:api("POST", ("/overlays/%d/script"):format(overlay.id),
      { script = "echo the new one" }, 202))
    assert.equal("succeeded", job.state)
    assert.matches("the new one", product.log(host, job))
    leave_active(stage)
    host:must(("runuser -u left4me -- touch /var/lib/left4me/overlays/%d/kept"):format(overlay.id))
    host:api("POST", ("/overlays/%d/wipe"):format(overlay.id), {}, 200)
    assert.equal("", host:must(("ls -A /var/lib/left4me/overlays/%d"):format(overlay.id)))
    forget(stage)
    host:api("DELETE", "/overlays/" .. overlay.id, nil, 200)
  end)

  it("mounted is not played: the layers are those of now, and a stop takes the mount away", function()
    local overlay = product.overlay(host, "layer", "mkdir -p left4dead2 && echo new >left4dead2/layer.txt")
    local server = product.server(host, "former", { overlays = {} })
    product.operate(host, server, "start")
    product.operate(host, server, "stop")
    local mount = ("left4me-mount@%d.service"):format(server.id)
    leave_active(mount)
    host:api("PATCH", "/blueprints/" .. server.blueprint_id,
      { overlays = require("host.json").array { { id = overlay.id, expose_server_cfg = true } } }, 200)
    product.operate(host, server, "start")
    local merged = assert(fs.root(("%s/var/lib/left4me/runtime/%d/merged"):format(host:root_path(), server.id)))
    assert.equal("new\n", merged:read("left4dead2/layer.txt", 64))
    product.operate(host, server, "stop")
    assert.equal("inactive", state(mount))
    leave_active(mount)
    product.operate(host, server, "stop")
    assert.equal("inactive", state(mount))
    forget(mount)
    product.operate(host, server, "delete")
    host:api("DELETE", "/blueprints/" .. server.blueprint_id, nil, 200)
    host:api("DELETE", "/overlays/" .. overlay.id, nil, 200)
  end)
end)
