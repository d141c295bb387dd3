-- The escape suite on a production host: a build and a game try everything, and reach what is known and nothing else.
local booted = require "spec.support.booted"
local escape = require "spec.support.escape"
local product = require "spec.support.product"
local service = require "spec.support.service"
local units = require "spec.support.units_host"

local VERSION = math.tointeger(tonumber(units.must("systemctl --version"):match "^systemd (%d+)"))

-- What each may reach, and why. Where systemd cannot give process ids of its own (before 257), signals go to all of the
-- same user; from then on process 1 is the unit's own first process, of a build one that cannot be looked into.
local BUILD = {
  "write into /overlay", "write into /tmp", "write into /dev/shm", -- its own, of limited size
  "list /var/lib", "list /run/systemd", -- mount points of the empty root, with nothing in them
}
local GAME = {
  "write into /var/lib/left4me", "write into /tmp", "write into /dev/shm", -- its own, of limited size
  "list /var/lib", "list /var/lib/left4me", "list /run/systemd", -- mount points with its own tree beneath
  "map memory to write and run", "use another personality", -- srcds is relocated when it is loaded
  "open a netlink socket", -- Steam asks for the host's addresses
  "reach the private 127.0.0.1 by UDP", "reach the private ::1 by UDP", -- RCON and queries come from the host itself
}
local BEFORE_257 = { "find a process of left4me to signal" }
local BUILD_SINCE_257 = { "signal process 1" }
local GAME_SINCE_257 = { "signal process 1", "read /proc/1/environ", "read /proc/1/maps", "list /proc/1/root",
  "list /proc/1/cwd", "list /proc/1/fd", "open /proc/1/oom_score_adj to write" }

local function known(list, since_257)
  local all = table.move(list, 1, #list, 1, {})
  local more = VERSION < 257 and BEFORE_257 or since_257
  return table.move(more, 1, #more, #all + 1, all)
end

describe("On a production host", function()
  it("a build that tries to escape reaches itself and its overlay, and nothing else", function()
    local host = booted.host():login()
    local overlay, job = product.overlay(host, "escape", escape.script {})
    local log = product.log(host, job)
    host:api("DELETE", "/overlays/" .. overlay.id, nil, 200)
    assert.equal("succeeded", job.state, log)
    assert.same({}, escape.beyond(known(BUILD, BUILD_SINCE_257), log))
  end)

  it("a game that tries to escape reaches itself and the host's networks, and nothing else", function()
    units.install_game("{ " .. escape.script { "127.0.0.1", "::1" } .. "} >escape.log 2>&1\nexec sleep infinity\n")
    units.make_instance("units", {})
    units.must "systemctl start left4me-server@units"
    local log
    service.eventually("the end of the escape", function()
      log = units.sh("cat /var/lib/left4me/runtime/units/upper/escape.log").stdout
      return log:find "\ntried %d"
    end, 60000)
    units.remove_instance "units"
    units.remove_game()
    assert.same({}, escape.beyond(known(GAME, GAME_SINCE_257), log))
  end)
end)
