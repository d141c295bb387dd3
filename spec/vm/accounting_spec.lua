-- What a running game takes, as the kernel's control groups count it, in the status of l4d2ctl.
local booted = require "spec.support.booted"
local json = require "host.json"
local product = require "spec.support.product"

describe("The status of a game server", function()
  it("shows the memory and processor time of its control group", function()
    local host = booted.host():login()
    local server = product.server(host, "counted", { overlays = {} })
    product.operate(host, server, "start")
    local group = "/sys/fs/cgroup" .. host:must(
      ("systemctl show --value -p ControlGroup left4me-server@%d.service"):format(server.id))
    local function count(file) return tonumber(host:must(("cat %s/%s"):format(group, file)):match("%d+")) end

    local status = json.decode(host:must(("l4d2ctl status %d --json"):format(server.id)))
    local used = count("cpu.stat")
    assert.equal("running", status.state)
    assert.is_true(used / 2 < status.cpu_usec and status.cpu_usec <= used, ("%d of %d"):format(status.cpu_usec, used))
    local memory = count("memory.current")
    assert.is_true(memory / 2 < status.memory and status.memory < 2 * memory,
      ("%d of %d"):format(status.memory, memory))
    assert.equal(tostring(2 << 30), host:must("cat " .. group .. "/memory.max"))
    assert.equal("256", host:must("cat " .. group .. "/pids.max"))
    product.operate(host, server, "stop")
  end)
end)
