-- The promises of every backend, on the systemd backend: as root on a booted host, in place of its installed game.
local booted = require "spec.support.booted"
local fixture = require "spec.support.instance"
local fs = require "host.fs"
local shared = require "spec.backends.shared"
local systemd = require "backends.systemd"

local ROOT, INSTALLED, KEPT = "/var/lib/left4me", "installation", "installation.kept"
local DROP_IN = "/run/systemd/system/left4me-server@.service.d"

local host = booted.host()

-- What l4d2ctl would make as left4me, root has made here.
local function own(made)
  host:must(("cd %s && chown -Rh left4me: instances overlays runtime && { ! [ -e %s ] || chown -Rh left4me: %s; }")
    :format(made.root, INSTALLED, INSTALLED))
end

local limited_to

local function limits(stop_ms)
  if stop_ms == limited_to then return end
  limited_to = stop_ms
  host:must(("mkdir -p %s && printf '[Service]\\nRestartSec=100ms\\nTimeoutStopSec=%dms\\n' >%s/spec.conf")
    :format(DROP_IN, stop_ms, DROP_IN))
  host:must "systemctl daemon-reload"
end

local function open(made, stop_ms)
  limits(stop_ms or 15000)
  local backend = assert(systemd.new { root = made.root })
  return setmetatable({
    start = function(_, name)
      own(made)
      return backend:start(name)
    end,
  }, { __index = function(_, key)
    local value = backend[key]
    if type(value) ~= "function" then return value end
    return function(_, ...) return value(backend, ...) end
  end })
end

describe("On a booted host", function()
  setup(function()
    local root <close> = assert(fs.root(ROOT))
    assert(root:rename(INSTALLED, KEPT))
  end)
  teardown(function()
    local root <close> = assert(fs.root(ROOT))
    assert(root:rename(KEPT, INSTALLED))
    host:must(("rm -r %s && systemctl daemon-reload"):format(DROP_IN))
  end)

  shared(_ENV, "the systemd backend", open, function() return fixture.new { root = ROOT } end)
end)
