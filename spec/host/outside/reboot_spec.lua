-- A reboot of a production host: what was started comes back by itself, what was stopped stays stopped.
local a2s = require "spec.support.a2s_client"
local booted = require "spec.support.booted"
local product = require "spec.support.product"

describe("After a reboot", function()
  local host, up, down, blueprint

  setup(function()
    host = booted.host():login()
    up = product.server(host, "up")
    blueprint = up.blueprint_id
    down = host:api("POST", "/servers",
      { name = "down", blueprint_id = blueprint, port = require("spec.support.ports").free() }, 201)
    product.operate(host, up, "start")
    product.operate(host, down, "start")
    product.operate(host, down, "stop")
  end)

  teardown(function()
    host:must "systemctl enable --now left4me-web"
    host:login()
    for _, server in ipairs { up, down } do product.operate(host, server, "delete") end
    host:api("DELETE", "/blueprints/" .. blueprint, nil, 200)
  end)

  local function comes_back()
    host:reboot()
    host:eventually("an A2S answer", function() return a2s.info("127.0.0.1", up.port, 100) end)
    assert.equal("inactive", host:sh("systemctl is-active left4me-server@" .. down.id).stdout:match "%l+")
    assert.is_nil(a2s.info("127.0.0.1", down.port, 50))
  end

  it("a started server runs and a stopped one does not, and the dashboard says so", function()
    comes_back()
    host:login()
    product.seen(host, up, "running")
    product.seen(host, down, "stopped")
  end)

  it("a started server runs also when the service does not", function()
    host:must "systemctl disable left4me-web"
    comes_back()
    assert.equal("inactive", host:sh("systemctl is-active left4me-web").stdout:match "%l+")
  end)

  it("a server that is stopped then does not start with the next boot", function()
    host:must "systemctl enable --now left4me-web"
    host:login()
    product.operate(host, up, "stop")
    assert.equal("disabled", host:sh("systemctl is-enabled left4me-server@" .. up.id).stdout:match "%l+")
    host:reboot()
    assert.equal("inactive", host:sh("systemctl is-active left4me-server@" .. up.id).stdout:match "%l+")
  end)
end)
