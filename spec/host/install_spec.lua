-- deploy/install on a booted host: again, with options, as an upgrade with a game on, and cut short anywhere.
local installed = require "spec.support.installed"
local proc = require "host.proc"

local must, sh = installed.must, installed.sh
local CHANGED = "lua/boot/serve.lua deploy/units/left4me-web.service"

-- Starts an installation and kills it, and all it started, once it said what the step of that name did.
local KILL = [[rm -f /tmp/left4me-spec/said; setsid deploy/install >/tmp/left4me-spec/said 2>&1 & pid=$!
  until grep -qs '^%s ' /tmp/left4me-spec/said; do kill -0 $pid 2>/dev/null || exit 1; done; kill -KILL -- -$pid]]

-- Each step's word and what it said.
local function steps(said)
  local out = {}
  for line in said:gmatch "[^\n]+" do
    local name, what = line:match "^(%l+) +(.+)$"
    if name and #name <= 12 and line:find("^" .. name .. (" "):rep(14 - #name)) then out[name] = what end
  end
  return out
end

local function install(options)
  return steps(must("deploy/install " .. (options or "")))
end

-- This clone becomes another version; mark is a word that is in its program, and in its unit.
local function make_version(mark)
  must(("echo '-- %s' >>lua/boot/serve.lua; echo '# %s' >>deploy/units/left4me-web.service"):format(mark, mark))
end

local function version_is_installed(mark)
  return sh("grep -q " .. mark .. " /usr/local/lib/left4me/lua/boot/serve.lua").code == 0
    and sh("grep -q " .. mark .. " /usr/local/lib/systemd/system/left4me-web.service").code == 0
end

describe("deploy/install", function()
  setup(function()
    must("rm -rf /root/kept /tmp/left4me-spec && mkdir /tmp/left4me-spec /root/kept")
    must("cp -a --parents " .. CHANGED .. " /root/kept && cp -a /etc/left4me /root/kept/etc")
    install()
  end)

  teardown(function()
    must("cp -a /root/kept/lua /root/kept/deploy . && rm -rf /etc/left4me && mv /root/kept/etc /etc/left4me")
    install()
    must "rm -rf /root/kept /tmp/left4me-spec"
  end)

  it("changes nothing when it is run again", function()
    local listing, service = installed.listing(), installed.service()
    local said = install()
    for _, name in ipairs { "packages", "build", "program", "system", "users", "directories", "settings", "links",
      "systemd", "enabled", "service" } do
      assert.equal("unchanged", said[name], name)
    end
    assert.same({}, installed.changes(listing))
    assert.equal(service, installed.service())
  end)

  it("does not call apt when nothing is missing", function()
    must "mkdir /tmp/left4me-spec/no-apt && ln -s /bin/false /tmp/left4me-spec/no-apt/apt-get"
    local result = sh "PATH=/tmp/left4me-spec/no-apt:$PATH deploy/install"
    must "rm -r /tmp/left4me-spec/no-apt"
    assert.same({ 0, "" }, { result.code, result.stderr })
  end)

  it("explains itself, and answers misuse with one line", function()
    assert.matches("^usage: deploy/install", must "deploy/install --help")
    for _, words in ipairs { "--bad", "--domain", "--listen", "now", "--domain ''", "--domain nodot",
      "--domain a_b.org",
      "--domain -a.org", "--domain 'a.org;'", "--domain 127.0.0.1", "--listen 8000", "--listen localhost:8000",
      "--listen 127.0.0.1:80", "--listen 127.0.0.1:70000", "--listen 256.0.0.1:8000", "--listen '127.0.0.1:8000 '" } do
      local result = sh("deploy/install " .. words)
      assert.same({ 2, "" }, { result.code, result.stdout }, words)
      assert.matches("^deploy/install: [^\n]+\n$", result.stderr)
    end
  end)

  it("waits for nobody while another is at work, nor does deploy/uninstall, and both change nothing", function()
    local listing = installed.listing()
    for _, command in ipairs { "install", "uninstall" } do
      local second = sh("exec 8</run/left4me-turn && flock -n 8 && deploy/" .. command)
      assert.equal(1, second.code)
      assert.equal(("deploy/%s: another installation or removal is at work: wait for its end\n"):format(command),
        second.stderr)
    end
    assert.same({}, installed.changes(listing))
  end)

  it("refuses other systems and other people with one line", function()
    local other = sh [[printf 'ID=debian\nVERSION_ID="11"\n' >/tmp/left4me-spec/os && unshare --mount bash -c \
      'mount --bind /tmp/left4me-spec/os "$(readlink -f /etc/os-release)" && deploy/install']]
    assert.equal(1, other.code)
    assert.matches("^deploy/install: this is made for Debian 12 and 13[^\n]+\n$", other.stderr)
    local nobody = sh("mkdir /tmp/left4me-spec/clone && cp -r deploy /tmp/left4me-spec/clone && cd / && "
      .. "setpriv --reuid 65534 /tmp/left4me-spec/clone/deploy/install --domain a.example.org")
    must "rm -r /tmp/left4me-spec/clone"
    assert.equal(1, nobody.code)
    assert.matches("^deploy/install: this needs root: sudo deploy/install %-%-domain a.example.org\n$", nobody.stderr)
  end)

  it("changes only the lines an option speaks about, and keeps what an admin wrote", function()
    must [[cd /etc/left4me && rm -rf proxy && sed -i s/^SESSION_COOKIE_SECURE=.*/SESSION_COOKIE_SECURE=no/ web.env &&
      echo 'JOB_WORKER_THREADS=3' >>web.env && echo '# mine' >>host.env &&
      echo 'nameserver 8.8.8.8' >sandbox-resolv.conf &&
      sed -i 's/^LEFT4ME_STEAMCMD=.*/LEFT4ME_STEAMCMD="\/srv\/s.sh"/' host.env &&
      cp -a /etc/left4me /tmp/left4me-spec/before]]
    install "--listen 127.0.0.1:8765 --domain One.Example.org"
    assert.is_true(installed.healthy())
    assert.equal("LEFT4ME_LISTEN=127.0.0.1:8765\nSESSION_COOKIE_SECURE=true",
      must "diff /tmp/left4me-spec/before/web.env /etc/left4me/web.env | sed -n 's/^> //p' | sort")
    for _, name in ipairs { "host.env", "sandbox-resolv.conf" } do
      must(("cmp /tmp/left4me-spec/before/%s /etc/left4me/%s"):format(name, name))
    end
    assert.equal("640 root:left4me", must "stat -c '%a %U:%G' /etc/left4me/web.env")
    must [[cd /etc/left4me/proxy && sed -i 's/2g;/3g; # mine/' nginx.conf && cp -a . /tmp/left4me-spec/proxy]]
    install "--listen 127.0.0.1:8766 --domain two.example.org"
    for _, name in ipairs { "nginx.conf", "Caddyfile" } do
      assert.equal("0", must(("grep -c 'one[.]example\\|8765' /etc/left4me/proxy/%s || true"):format(name)))
      must(("cd /etc/left4me/proxy && sed 's/two[.]example/one.example/g; s/8766/8765/g' %s | "
        .. "cmp - /tmp/left4me-spec/proxy/%s"):format(name, name))
    end
    assert.equal("unchanged", install().settings)
  end)

  it("closes settings that an editor left open, and makes a key that is missing", function()
    must "cd /etc/left4me && chmod 0644 web.env && chown root:root host.env && sed -i /^SECRET_KEY/d web.env"
    local said = install()
    assert.matches("closed to others", said.settings)
    assert.equal("restarted", said.service)
    assert.equal("640 root:left4me\n640 root:left4me", must "stat -c '%a %U:%G' /etc/left4me/*.env")
    assert.equal("64", must "sed -n 's/^SECRET_KEY=//p' /etc/left4me/web.env | tr -d '\\n' | wc -c")
    assert.is_nil(must("deploy/install"):find(must "sed -n 's/^SECRET_KEY=//p' /etc/left4me/web.env", 1, true))
  end)

  it("restarts the service for what changed behind its back, once", function()
    must "touch /etc/left4me/web.env"
    assert.equal("restarted", install().service)
    assert.equal("unchanged", install().service)
    must "systemctl stop left4me-web.service"
    assert.equal("started", install().service)
  end)

  it("does nothing to a program of the name that is not left4me's", function()
    must "rm /usr/local/bin/l4d2ctl && echo mine >/usr/local/bin/l4d2ctl"
    local result = sh "deploy/install"
    assert.equal(1, result.code)
    assert.matches("/usr/local/bin/l4d2ctl is not left4me's", result.stderr)
    assert.equal("mine", must "cat /usr/local/bin/l4d2ctl; rm /usr/local/bin/l4d2ctl")
    assert.matches("l4d2ctl", install().links)
  end)

  describe("of another version", function()
    local game

    setup(function() game = installed.play "upgrade" end)
    teardown(function() installed.forget "upgrade" end)

    local function plays_on()
      assert.equal(game, installed.game "upgrade")
      -- What the game sees is what its mounts show: they are gone when the folders they are on are.
      must(("nsenter -t %s -m test -x /var/lib/left4me/runtime/upgrade/merged/srcds_run -a -x /usr/bin/bash")
        :format(game))
    end

    it("keeps games running, restarts the service once and leaves nothing of the old one", function()
      local starts = "journalctl -b -o cat -u left4me-web.service | grep -c 'left4me serves'"
      local before = tonumber(must(starts))
      make_version "upgraded"
      must "echo old >/usr/local/lib/systemd/system/left4me-gone.service"
      local said = install()
      assert.matches("installed", said.program)
      assert.matches("left4me%-web.service", said.system)
      assert.equal("restarted", said.service)
      assert.is_true(version_is_installed "upgraded")
      plays_on()
      assert.equal(before + 1, tonumber(must(starts)))
      assert.equal("no", must "systemctl show -p NeedDaemonReload --value left4me-web.service")
      must "test ! -e /usr/local/lib/systemd/system/left4me-gone.service -a ! -e /usr/local/lib/left4me.new"
      assert.equal("unchanged", install().program)
    end)

    it("that is killed at any step leaves the old or the new one working, and a second run mends it", function()
      for i, step in ipairs { "build", "program", "system", "settings" } do
        make_version("killed" .. i)
        local child = assert(proc.spawn { argv = { "bash", "-c", KILL:format(step) } })
        installed.eventually("the kill after " .. step, function() return child:exited() end)
        child:close()
        assert.is_true(installed.healthy(), step)
        plays_on()
        install()
        assert.is_true(version_is_installed("killed" .. i), step)
        assert.is_true(installed.healthy(), step)
        plays_on()
      end
      local listing, service = installed.listing(), installed.service()
      install()
      assert.same({}, installed.changes(listing))
      assert.equal(service, installed.service())
    end)

    it("that was killed between its two exchanges gives running games their root back", function()
      must [[cd /usr/local/lib && mkdir left4me.new && cp -a left4me/sandbox-root left4me.new/ &&
        perl -e 'exit(syscall(316, -100, $ARGV[0], -100, $ARGV[1], 2))' left4me.new/sandbox-root left4me/sandbox-root]]
      install()
      plays_on()
      must "test ! -e /usr/local/lib/left4me.new"
    end)
  end)
end)
