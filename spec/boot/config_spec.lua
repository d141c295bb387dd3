-- Specs of boot.config: where values come from, defaults, and values that stop the start.
local config = require "boot.config"

local UNIT = "/usr/local/lib/systemd/system/left4me-server@.service"

local function load(options, env, files, installed)
  env = env or {}
  env.HOME = env.HOME or "/home/me"
  return config.load(options or {}, {
    environ = env, directory = function() return "/home/me" end,
    exists = function(path) return installed == true and (path == "/run/systemd/system" or path == UNIT) end,
    read = function(path)
      local content = (files or {})[path]
      if content == false then return nil, "Permission denied" end
      return content
    end,
  })
end

describe("boot.config", function()
  it("has defaults for everything a developer needs, in their own state directory", function()
    local c = assert(load())
    assert.same({
      root = "/home/me/.local/state/left4me", db = "/home/me/.local/state/left4me/left4me.db", steamcmd = "steamcmd",
      listen_ip = "127.0.0.1", listen_port = 8000, backend = "standalone", cookie_secure = false, job_workers = 4,
      job_logs = 2000, port_first = 27015, port_last = 27115, poll_seconds = 30, steam_api_key = "",
      steam_api = "https://api.steampowered.com",
    }, c)
    assert.equal("/state/left4me", load({}, { XDG_STATE_HOME = "/state" }).root)
  end)

  it("lets options win over the environment, that over web.env, and that over host.env", function()
    local files = {
      ["/etc/left4me/host.env"] = "# host\nLEFT4ME_ROOT=/srv/a\nJOB_WORKER_THREADS=2\n"
        .. "LEFT4ME_STEAMCMD='/opt/steam cmd'\n",
      ["/etc/left4me/web.env"] = 'JOB_WORKER_THREADS = "3"\nSTATE_POLLER_INTERVAL_SECONDS=5\n; note\n',
    }
    local env = { STATE_POLLER_INTERVAL_SECONDS = "7", LEFT4ME_LISTEN = "bad" }
    local c = assert(load({ listen = "0.0.0.0:0" }, env, files))
    assert.same({ "/srv/a", 3, 7, "0.0.0.0", 0, "/opt/steam cmd" },
      { c.root, c.job_workers, c.poll_seconds, c.listen_ip, c.listen_port, c.steamcmd })
  end)

  it("does not read the installed files for another state directory", function()
    local files = { ["/etc/left4me/host.env"] = false, ["/etc/left4me/web.env"] = "LEFT4ME_DB=/x/left4me.db" }
    local c = assert(load({ root = "/tmp/x/" }, {}, files))
    assert.same({ "/tmp/x", "/tmp/x/left4me.db" }, { c.root, c.db })
  end)

  it("takes a relative --root from where the command was called", function()
    assert.equal("/home/me/state", load({ root = "state" }).root)
  end)

  it("says so when an installed file cannot be read", function()
    local c, problem = load({}, {}, { ["/etc/left4me/web.env"] = false })
    assert.is_nil(c)
    assert.equal("/etc/left4me/web.env: Permission denied", problem)
  end)

  local bad = {
    LEFT4ME_ROOT = { "relative", "/", "/usr", "/usr/local/left4me", "//usr/x/" },
    LEFT4ME_DB = { "left4me.db", "/usr/local/left4me.db" },
    LEFT4ME_LISTEN = { "8000", "localhost:8000", "127.0.0.1:65536", "127.0.0.1:", "256.1.1.1:80", "1.2.3.4:80x" },
    LEFT4ME_BACKEND = { "docker" }, SECRET_KEY = { "dev", ("x"):rep(31) },
    SESSION_COOKIE_SECURE = { "maybe" }, JOB_WORKER_THREADS = { "0", "65", "-1", "4.5", "four" },
    LEFT4ME_JOB_LOGS = { "0" }, LEFT4ME_PORT_RANGE_START = { "80", "27116" },
    LEFT4ME_PORT_RANGE_END = { "65536", "27014" }, STATE_POLLER_INTERVAL_SECONDS = { "0", "3601" },
    LEFT4ME_PUBLIC_ADDRESS = { "a b", "-x", "host:27015", '"><b>', ("a"):rep(254) },
    LEFT4ME_STEAM_API = { "ftp://x", "https://x y", "api.steampowered.com" },
  }
  for variable, values in pairs(bad) do
    for _, value in ipairs(values) do
      it(("stops at %s=%s with one line that names it"):format(variable, value), function()
        local c, problem = load({}, { [variable] = value })
        assert.is_nil(c)
        assert.truthy(problem:find(variable, 1, true), problem)
        assert.is_nil(problem:find("\n"))
      end)
    end
  end

  it("chooses systemd by itself for the state directory its units know, where they are installed", function()
    local host = { ["/etc/left4me/host.env"] = "LEFT4ME_ROOT=/var/lib/left4me\n" }
    local c = assert(load({}, {}, host, true))
    assert.same({ "systemd", "/var/lib/left4me", true }, { c.backend, c.root, c.cookie_secure })
    assert.equal("standalone", load({}, {}, host, false).backend)
    assert.equal("standalone", load({ root = "/tmp/other" }, {}, host, true).backend)
    assert.equal("standalone", load({ backend = "standalone" }, {}, host, true).backend)
    assert.equal("standalone", load({}, {}, {}, true).backend)
  end)

  it("gives systemd the one state directory its units know, and refuses another", function()
    assert.equal("/var/lib/left4me", load({ backend = "systemd" }).root)
    local c, problem = load { backend = "systemd", root = "/srv/x" }
    assert.is_nil(c)
    assert.equal("LEFT4ME_ROOT must be /var/lib/left4me with the systemd backend: its units know no other", problem)
  end)

  it("names the option when that is wrong", function()
    assert.matches("^%-%-listen ", select(2, load { listen = "x" }))
    assert.matches("^%-%-root ", select(2, load { root = "/" }))
  end)

  it("takes an empty value for no value", function()
    assert.equal(4, load({}, { JOB_WORKER_THREADS = "" }).job_workers)
  end)

  it("never falls back to a system directory", function()
    local c, problem = config.load({}, { environ = {}, read = function() end, exists = function() return false end })
    assert.is_nil(c)
    assert.matches("%-%-root", problem)
  end)
end)
