-- The escape suite on the standalone backend: a build tries everything, and reaches what is known and nothing else.
local escape = require "spec.support.escape"
local product = require "spec.support.product"
local service = require "spec.support.service"

-- Its own processes (process 1 is the script), its own files, and what README says standalone cannot keep from it.
local KNOWN = {
  "list /proc/1/fd", "list /proc/1/root", "make a file setuid", "map memory to write and run", "open a netlink socket",
  "open a vsock socket", "reach the private 127.0.0.1 by UDP", "reach the private ::1 by UDP", "read /proc/1/environ",
  "read /proc/1/maps", "signal process 1", "trace a child", "trace process 1", "use another personality",
  "write into /dev/shm", "write into /overlay", "write into /run", "write into /tmp",
}

describe("A build that tries to escape", function()
  it("reaches itself, its overlay and the host's networks, and nothing else", function()
    local one <close> = service.start { demo_game = false }
    local _, job = product.overlay(one, "escape", escape.script { "127.0.0.1", "::1" })
    assert.equal("succeeded", job.state)
    assert.same({}, escape.beyond(KNOWN, product.log(one, job)))
  end)
end)
