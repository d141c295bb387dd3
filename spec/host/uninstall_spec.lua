-- deploy/uninstall on a booted host: asks, leaves data and settings, or nothing at all, and twice is a success.
local installed = require "spec.support.installed"
local units = require "spec.support.units_host"

local must, sh = installed.must, installed.sh

-- What may be left of the product: one line each.
local function left()
  return must [[
    systemctl list-units --all --plain --no-legend 'left4me-*' 'build-overlay@*' 'l4d2*'
    systemctl list-unit-files --plain --no-legend 'left4me-*' 'build-overlay@*' 'l4d2*'
    find /etc/systemd /etc/polkit-1 /usr /var/cache /run/systemd /run/left4me /run/left4me-install -xdev \
      \( -name '*left4me*' -o -name '*l4d2*' -o -name 'build-overlay@*' \) ! -path '/run/systemd/nspawn*' 2>/dev/null
    awk '$5 ~ "^(/var/lib/left4me|/run/left4me|/usr/local)" { print $5 }' /proc/self/mountinfo
    ps -o pid=,args= -u left4me 2>/dev/null
    true]]
end

describe("deploy/uninstall", function()
  setup(function()
    must [[rm -rf /var/tmp/kept && mkdir -p /var/tmp/kept && systemctl stop left4me-web.service &&
      tar -c -f /var/tmp/kept/state.tar -C / var/lib/left4me etc/left4me && systemctl start left4me-web.service]]
  end)

  -- With the names of its owners, whatever numbers they get: the host is as it was.
  teardown(function()
    must [[deploy/install && systemctl stop left4me-web.service && rm -rf /var/lib/left4me /etc/left4me &&
      tar -x -p -f /var/tmp/kept/state.tar -C / && deploy/install && rm -r /var/tmp/kept]]
  end)

  it("explains itself, and answers misuse with one line", function()
    assert.matches("^usage: deploy/uninstall", must "deploy/uninstall --help")
    local result = sh "deploy/uninstall --all"
    assert.same({ 2, "" }, { result.code, result.stdout })
    assert.matches("^deploy/uninstall: [^\n]+\n$", result.stderr)
  end)

  it("stops no running server and removes no data without being told so", function()
    local game = installed.play "removal"
    local listing, service = installed.listing(), installed.service()
    for _, command in ipairs { "deploy/uninstall", "deploy/uninstall --purge" } do
      local result = sh(command .. " </dev/null")
      assert.same({ 1, "" }, { result.code, result.stdout })
      assert.matches("^deploy/uninstall: This stops a running game server%. Say %-%-yes [^\n]+\n$", result.stderr)
      local refused = sh(("script -qec '%s' /dev/null <<<n"):format(command))
      assert.equal(1, refused.code)
      assert.matches("nothing was changed", refused.stdout)
    end
    assert.equal(game, installed.game "removal")
    assert.same({}, installed.changes(listing))
    assert.equal(service, installed.service())
  end)

  it("leaves nothing but data and settings", function()
    local users = must "left4me user list"
    must "deploy/uninstall --yes"
    assert.equal("", left())
    must "getent passwd left4me && test -e /var/lib/left4me/left4me.db -a -e /etc/left4me/web.env"
    must "test -e /var/lib/left4me/instances/removal/instance.env"
    assert.matches("program +unchanged", must "deploy/uninstall --yes")
    must "deploy/install"
    assert.equal(users, must "left4me user list")
    assert.is_true(installed.healthy())
  end)

  it("takes what was cut short of an installation as well", function()
    must [[systemctl stop left4me-web.service; rm /usr/local/lib/systemd/system/left4me-web.service
      mkdir /usr/local/lib/left4me.new; touch /usr/local/bin/left4me.left4me-new; systemctl daemon-reload]]
    must "deploy/uninstall --yes"
    assert.equal("", left())
    must "deploy/install"
  end)

  it("ends a build that was started so that no stop replaces its start", function()
    local id = units.make_overlay "trap : TERM; sleep 300"
    must("systemctl start --no-block --job-mode=replace-irreversibly build-overlay@" .. id)
    units.becomes("build-overlay@" .. id, "ActiveState", "activating")
    assert.not_equal(0, sh("systemctl stop build-overlay@" .. id).code)
    must "deploy/uninstall --yes"
    assert.equal("", left())
    must "deploy/install"
    units.remove_overlay(id)
  end)

  it("with --purge leaves nothing at all", function()
    installed.play "purged"
    must "deploy/uninstall --purge --yes"
    assert.equal("", left())
    must [[test ! -e /var/lib/left4me -a ! -e /etc/left4me && ! getent passwd left4me l4d2-sandbox &&
      ! getent group left4me l4d2-sandbox && ! ls /var/lib/systemd/timers/*left4me*]]
    must "deploy/uninstall --purge"
    assert.equal("", left())
  end)
end)
