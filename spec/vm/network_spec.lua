-- What a build reaches, whatever it tries: public addresses of the world, and nothing private.
local booted = require "spec.support.booted"
local escape = require "spec.support.escape"
local product = require "spec.support.product"

-- A cable to a network namespace that stands for the rest of the world: addresses of this end and of the other.
local OURS = { "10.77.0.1/24", "192.168.77.1/24", "203.0.113.1/24", "fd77::1/64", "2001:db8:77::1/64" }
local WORLD = { "10.77.0.2/24", "172.20.77.2/24", "192.168.77.2/24", "100.64.77.2/24", "169.254.77.2/16",
  "203.0.113.2/24", "fd77::2/64", "2001:db8:77::2/64" }
-- Its own places and empty folders of its root; its own relay and, before systemd 257, other builds of the same user;
-- and this host's own public addresses: Debian 12's systemd is built without RestrictNetworkInterfaces.
local KNOWN = { "write into /overlay", "write into /tmp", "write into /dev/shm", "list /var/lib", "list /run/systemd",
  "find a process of left4me to signal" }
local OWN_PUBLIC = { "203.0.113.1", "2001:db8:77::1" }

local function plain(addresses, ...)
  local out = { ... }
  for _, address in ipairs(addresses) do out[#out + 1] = address:match("^[^/]+") end
  return out
end

local HERE, THERE = plain(OURS, "127.0.0.1", "::1"), plain(WORLD)
local PUBLIC = { ["203.0.113.2"] = true, ["2001:db8:77::2"] = true }
local REACHED = { "TCP 2001:db8:77::2", "TCP 203.0.113.2", "UDP 2001:db8:77::2", "UDP 203.0.113.2" }

describe("The network of a build", function()
  local host

  local function listen(unit, prefix, addresses)
    local command = ("%s perl /root/left4me/spec/support/listener.pl %s"):format(prefix, table.concat(addresses, " "))
    host:must(("systemd-run --quiet --unit=%s -p StandardOutput=append:/run/%s.log %s"):format(unit, unit, command))
    host:slowly(unit, function() return host:must("cat /run/" .. unit .. ".log"):find("ready", 1, true) end)
  end

  -- What arrived since the last call, each once, sorted.
  local function arrived()
    local text = host:must("grep -hv ready /run/listener-*.log | LC_ALL=C sort -u; truncate -s 0 /run/listener-*.log")
    local lines = {}
    for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
    return lines
  end

  setup(function()
    host = booted.host():login()
    local lines = { "ip netns add world && ip link add cable type veth peer name cable netns world" }
    local function give(prefix, addresses)
      lines[#lines + 1] = ("ip %s link set lo up && ip %s link set cable up"):format(prefix, prefix)
      for _, address in ipairs(addresses) do
        local nodad = address:find(":") and "nodad" or ""
        lines[#lines + 1] = ("ip %s addr add %s dev cable %s"):format(prefix, address, nodad)
      end
    end
    give("", OURS)
    give("-n world", WORLD)
    -- Routes back and forth, so that what is not denied arrives.
    lines[#lines + 1] = "for net in 172.20.77 100.64.77 169.254.77; do ip route add $net.0/24 dev cable; done"
    lines[#lines + 1] = "ip -n world route add default dev cable"
    host:must(table.concat(lines, " && "))
    listen("listener-here", "", HERE)
    listen("listener-world", "/sbin/ip netns exec world", THERE)
  end)

  teardown(function()
    host:must("systemctl stop listener-here listener-world; ip netns del world; rm -f /run/listener-*")
  end)

  it("is all there for the host itself", function()
    for _, address in ipairs(plain(OURS, table.unpack(THERE))) do
      host:must(("timeout 20 bash -c ': </dev/tcp/%s/7007'"):format(address))
    end
    host:slowly("all connections", function() return #arrived() == #OURS + #WORLD end)
  end)

  it("holds public addresses, and nothing private, whatever a script tries", function()
    arrived()
    local all = plain({}, table.unpack(HERE))
    for _, address in ipairs(THERE) do
      all[#all + 1] = (PUBLIC[address] and "+" or "") .. address
    end
    local _, job = product.overlay(host, "escape", escape.script(all))
    assert.equal("succeeded", job.state, product.log(host, job))
    local known, reached = table.move(KNOWN, 1, #KNOWN, 1, {}), table.move(REACHED, 1, #REACHED, 1, {})
    for _, protocol in ipairs { "TCP", "UDP" } do
      for _, address in ipairs(OWN_PUBLIC) do
        known[#known + 1] = ("reach the private %s by %s"):format(address, protocol)
        reached[#reached + 1] = protocol .. " " .. address
      end
      for address in pairs(PUBLIC) do known[#known + 1] = ("reach the public %s by %s"):format(address, protocol) end
    end
    table.sort(reached)
    assert.same({}, escape.beyond(known, product.log(host, job)))
    assert.same(reached, arrived())
  end)
end)
