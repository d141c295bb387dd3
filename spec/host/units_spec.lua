-- The installed units at work: what a game and a build see and may do, and how mounts and stagings come and go.
local host = require "spec.support.units_host"
local service = require "spec.support.service"

local must, property = host.must, host.property
local GAME = "left4me-server@units.service"
local MOUNT = "left4me-mount@units.service"
local VERSION = math.tointeger(tonumber(must("systemctl --version"):match("^systemd (%d+)")))

-- A program that writes to its own code, as srcds does when it is loaded, and then prints.
local TEXT_RELOCATION = [[
.globl _start
.text
_start:
  movl $125, %eax # mprotect(2): this page, readable, writable and executable
  movl $_start, %ebx
  andl $0xfffff000, %ebx
  movl $4096, %ecx
  movl $7, %edx
  int $0x80
  movb $'Y', patched + 1
patched:
  movl $'N', %eax
  movb %al, message
  movl $4, %eax
  movl $1, %ebx
  movl $message, %ecx
  movl $14, %edx
  int $0x80
  movl $1, %eax
  xorl %ebx, %ebx
  int $0x80
.data
message: .ascii "? is what ran\n"
]]

-- What a program of its own in a unit finds, as "word value" lines in a file beside it.
local PROBE = [[
exec >probe 2>/dev/null
printf 'argument %s\n' "${@:8}"
for path in /etc/passwd /etc/shadow /etc/left4me /etc/systemd /run/dbus/system_bus_socket /run/systemd/private \
    /run/systemd/journal/socket /run/left4me /var/log /var/lib/left4me/left4me.db /var/lib/left4me/instances \
    /var/lib/left4me/overlays /var/lib/left4me/runtime/other /var/lib/dpkg /sys/fs /boot /proc/PID; do
    [ ! -e "$path" ] || echo "sees $path"
done
for path in /proc/cpuinfo /etc/nsswitch.conf /usr/bin/awk /var/lib/left4me/workshop_cache; do
    [ -r "$path" ] || echo "misses $path"
done
for path in . "$HOME" /tmp /dev/shm / /usr /etc /var /var/tmp /run /home /root /dev /proc/sys; do
    if (: >"$path/written") 2>/dev/null; then echo "writes $path"; fi
done
echo "home $(ls -A /home /root | tr -d '\n')"
kill -0 PID && echo "signals PID"
unshare --user true && echo "namespaces"
echo "groups $(id -G)"
while read -r word value; do
    case $word in CapEff: | CapBnd: | NoNewPrivs: | Seccomp:) echo "$word $value" ;; esac
done </proc/self/status
/usr/local/bin/left4me-spec-relocation | sed 's/^/relocation /'
echo end
exec sleep infinity
]]

local function probe_lines()
  local lines = {}
  service.eventually("the end of the probe", function()
    lines = {}
    for line in host.sh("cat /var/lib/left4me/runtime/units/upper/probe").stdout:gmatch("[^\n]+") do
      lines[#lines + 1] = line
    end
    return lines[#lines] == "end"
  end, 20000)
  return lines
end

local function said(lines, word)
  local found = {}
  for _, line in ipairs(lines) do
    if line:match("^%S+") == word then found[#found + 1] = line:match("^%S+ ?(.*)$") end
  end
  return found
end

local function start_and_wait(unit)
  return host.sh("systemctl start " .. unit)
end

setup(function()
  host.write("/tmp/relocation.s", TEXT_RELOCATION)
  must("cd /tmp && as --32 -o relocation.o relocation.s && ld -m elf_i386 -o /usr/local/bin/left4me-spec-relocation "
    .. "relocation.o && rm relocation.s relocation.o")
end)

teardown(function()
  must("rm -f /usr/local/bin/left4me-spec-relocation")
  host.remove_game()
end)

describe("The view of a game", function()
  local ARGUMENTS = { "+map", "two words", 'quo"te', "back\\slash", "100%", "%i", "$HOME", "${HOME}", "$$", "it's", "",
    "a;b", "`x`", "ümlaut", "\\n", '\\"', "trail\\" }
  local lines, web

  setup(function()
    web = property("left4me-web.service", "MainPID")
    host.install_game((PROBE:gsub("PID", web)))
    host.make_instance("units", ARGUMENTS)
    must("systemctl start " .. GAME)
    lines = probe_lines()
  end)

  teardown(function() host.remove_instance("units") end)

  it("holds its arguments exactly as instance.env means them", function()
    assert.same(ARGUMENTS, said(lines, "argument"))
  end)

  it("holds no account, no key, no socket, no database, no other server and not the service", function()
    assert.same({}, said(lines, "sees"))
  end)

  it("holds what Steam and add-ons need", function()
    assert.same({}, said(lines, "misses"))
  end)

  it("can be written in the merged directory and in memory of its own, nowhere else", function()
    assert.same({ ".", "/var/lib/left4me", "/tmp", "/dev/shm" }, said(lines, "writes"))
    assert.equal("0", must("ls -A /dev/shm | grep -c written || true"))
  end)

  it("gives it no capability, no namespace, no new privileges and no group beside its own", function()
    assert.same({ "0000000000000000" }, said(lines, "CapEff:"))
    assert.same({ "0000000000000000" }, said(lines, "CapBnd:"))
    assert.same({ "1" }, said(lines, "NoNewPrivs:"))
    assert.same({ "2" }, said(lines, "Seccomp:"))
    assert.same({}, said(lines, "namespaces"))
    assert.same({ must("id -g left4me") }, said(lines, "groups"))
  end)

  it("lets a 32-bit program relocate its code", function()
    assert.same({ "Y is what ran" }, said(lines, "relocation"))
  end)

  it(("lets it %s"):format(VERSION >= 257 and "send no signal to the service" or
    "signal the service, which systemd then starts again"), function()
    assert.same(VERSION >= 257 and {} or { web }, said(lines, "signals"))
    assert.equal("always", property("left4me-web.service", "Restart"))
  end)

  it("is one for each server, in the slice of games", function()
    assert.equal("l4d2-game.slice", property(GAME, "Slice"))
    assert.truthy(property(GAME, "ControlGroup"):find("l4d2-game.slice/left4me-server@units.service", 1, true))
  end)
end)

describe("The service's unit", function()
  after_each(function() must("rm -f /run/systemd/system/left4me-spec-web.service; systemctl daemon-reload") end)

  it("lets steamcmd, a 32-bit program, relocate its code, see a boot's id and read the journal", function()
    local text = must("cat /usr/local/lib/systemd/system/left4me-web.service"):gsub("Type=notify", "Type=oneshot")
      :gsub("ExecStart=[^\n]*", "ExecStart=/usr/local/bin/left4me-spec-relocation\n"
        .. "ExecStart=/usr/bin/cat /proc/sys/kernel/random/boot_id\n"
        .. "ExecStart=/usr/bin/journalctl -q -n 1 -o json --output-fields=_BOOT_ID _PID=1")
      :gsub("Restart=[^\n]*\n", ""):gsub("WatchdogSec=[^\n]*\n", "")
    host.write("/run/systemd/system/left4me-spec-web.service", text)
    must("systemctl daemon-reload")
    must("systemctl start left4me-spec-web")
    local boot = must("journalctl -q -n 1 -o json --output-fields=_BOOT_ID"):match('"_BOOT_ID":"(%x+)"')
    local output = must("journalctl --sync; journalctl -q -o cat _SYSTEMD_UNIT=left4me-spec-web.service")
    assert.truthy(output:find("Y is what ran", 1, true))
    assert.truthy(output:find("%x+%-%x+%-%x+%-%x+%-%x+"))
    assert.truthy(output:find('"_BOOT_ID":"' .. boot, 1, true))
  end)
end)

describe("A game that fails", function()
  before_each(function() host.make_instance("units") end)
  after_each(function()
    host.remove_instance("units")
    must("rm -rf /run/systemd/system/left4me-server@units.service.d; systemctl daemon-reload")
  end)

  it("fails its start when it cannot be run, and is not tried again; its mount is gone", function()
    host.install_game("")
    must("chmod 0644 /var/lib/left4me/installation/srcds_run")
    assert.not_equal(0, start_and_wait(GAME).code)
    assert.equal("203", property(GAME, "ExecMainStatus"))
    assert.equal("0", property(GAME, "NRestarts"))
    assert.equal("failed", property(GAME, "ActiveState"))
    host.becomes(MOUNT, "ActiveState", "inactive")
  end)

  it("keeps one mount through all its crashes, and loses it when it is given up", function()
    host.install_game("findmnt -n -o ID --target . >>mounts; exit 7\n")
    host.write("/run/systemd/system/left4me-server@units.service.d/quick.conf", "[Service]\nRestartSec=100ms\n")
    must("systemctl daemon-reload; systemctl start " .. GAME)
    host.becomes(GAME, "ActiveState", "failed")
    assert.equal("5", property(GAME, "NRestarts"))
    host.becomes(MOUNT, "ActiveState", "inactive")
    assert.equal("1", must("journalctl -q -o cat -b _PID=1 UNIT=" .. MOUNT .. " INVOCATION_ID=" ..
      property(MOUNT, "InvocationID") .. " | grep -c ^Finished"))
    assert.equal("5", must("wc -l </var/lib/left4me/runtime/units/upper/mounts"))
    assert.equal("", must("findmnt -rn -o TARGET | grep runtime/units || true"))
  end)

  it("is started again after a signal that systemd did not send, also one that looks orderly", function()
    host.install_game("exec sleep infinity\n")
    host.write("/run/systemd/system/left4me-server@units.service.d/quick.conf", "[Service]\nRestartSec=100ms\n")
    must("systemctl daemon-reload; systemctl start " .. GAME)
    if VERSION < 257 then must("kill -TERM " .. property(GAME, "MainPID"))
    else must("kill -KILL " .. property(GAME, "MainPID")) end
    host.becomes(GAME, "NRestarts", "1")
    host.becomes(GAME, "SubState", "running")
  end)
end)

describe("A mount", function()
  after_each(function() host.remove_instance("units") end)

  it("comes and goes with its server, however often that is started, and leaves nothing mounted", function()
    host.install_game("exec sleep infinity\n")
    host.make_instance("units")
    for _ = 1, 8 do
      must("systemctl reset-failed left4me-server@units 2>/dev/null; systemctl start " .. GAME)
      assert.equal("active", property(MOUNT, "ActiveState"))
      must("systemctl kill -s KILL " .. GAME .. "; systemctl stop " .. GAME)
      host.becomes(MOUNT, "ActiveState", "inactive")
      assert.equal("", must("findmnt -rn -o TARGET | grep runtime/units || true"))
    end
  end)
end)

describe("A build", function()
  local id

  after_each(function() host.remove_overlay(id) end)

  local function gone()
    host.becomes("left4me-stage@" .. id, "ActiveState", "inactive")
    assert.equal("", must("ls /run/left4me/builds; findmnt -rn -o TARGET | grep left4me/builds || true"))
  end

  it("ends with the script's exit code as systemd's, its files left4me's, its staging gone", function()
    id = host.make_overlay("id -un >who 2>&1; touch made; exit 3")
    local unit = "build-overlay@" .. id
    assert.not_equal(0, start_and_wait(unit).code)
    assert.equal("exit-code 3", property(unit, "Result") .. " " .. property(unit, "ExecMainStatus"))
    assert.equal("left4me left4me", must("stat -c '%U %G' /var/lib/left4me/overlays/" .. id .. "/made"))
    gone()
  end)

  it("leaves no staging when it succeeds, when it is cancelled, and when it ignores SIGTERM", function()
    id = host.make_overlay("[ -e hang ] || exit 0; trap : TERM; touch ready; while :; do sleep 1; done")
    local unit, folder = "build-overlay@" .. id, "/var/lib/left4me/overlays/" .. id
    must("systemctl start " .. unit)
    gone()
    must("runuser -u left4me -- touch " .. folder .. "/hang")
    host.write("/run/systemd/system/build-overlay@.service.d/quick.conf", "[Service]\nTimeoutStopSec=300ms\n")
    must("systemctl daemon-reload; systemctl start --no-block " .. unit)
    service.eventually("the script", function() return host.sh("test -e " .. folder .. "/ready").code == 0 end, 20000)
    must("systemctl stop " .. unit)
    must("rm -r /run/systemd/system/build-overlay@.service.d/quick.conf; systemctl daemon-reload")
    assert.equal("failed", property(unit, "ActiveState"))
    gone()
  end)

  it("leaves no staging when its time is up", function()
    id = host.make_overlay("sleep 1000")
    local unit = "build-overlay@" .. id
    host.write("/run/systemd/system/build-overlay@.service.d/quick.conf", "[Service]\nTimeoutStartSec=500ms\n")
    must("systemctl daemon-reload")
    assert.not_equal(0, start_and_wait(unit).code)
    must("rm -r /run/systemd/system/build-overlay@.service.d/quick.conf; systemctl daemon-reload")
    assert.equal("timeout", property(unit, "Result"))
    gone()
  end)

  it("has 2 GiB of /tmp, its overlay as its own, no account file and no other build", function()
    id = host.make_overlay("{ df -k --output=size /tmp | tail -n 1; pwd; stat -c %u /overlay; id -u; ls -A /etc/passwd "
      .. "/var/lib/left4me /run/left4me; echo $OVERLAY $HOME $PATH; cat /etc/resolv.conf; } >seen 2>/dev/null")
    must("systemctl start build-overlay@" .. id)
    local uid = must("id -u l4d2-sandbox")
    assert.equal(("2097152\n/overlay\n%s\n%s\n/var/lib/left4me:\n/overlay /tmp /usr/bin:/usr/sbin\n%s"):format(uid, uid,
      must("cat /etc/left4me/sandbox-resolv.conf")), must("sed 's/^ *//' /var/lib/left4me/overlays/" .. id .. "/seen"))
    gone()
  end)
end)

describe("The boot unit", function()
  local LINKS = "ls /etc/systemd/system/multi-user.target.wants | grep units@\\\\?.*units || true"

  it("enables the server and itself when it is started, and disables both when it is stopped", function()
    must("systemctl start left4me-boot@units")
    assert.equal("enabled\nenabled", must("systemctl is-enabled left4me-boot@units left4me-server@units"))
    assert.equal("no", property("left4me-web.service", "NeedDaemonReload"))
    must("systemctl stop left4me-boot@units")
    assert.equal("disabled\ndisabled\n", host.sh("systemctl is-enabled left4me-boot@units left4me-server@units").stdout)
    assert.equal("", must(LINKS))
  end)

  it("is not stopped by what a shutdown stops", function()
    for _, word in ipairs { "shutdown.target", "umount.target" } do
      assert.is_nil(property("left4me-boot@units", "Conflicts"):find(word, 1, true))
    end
    assert.equal("-.slice", property("left4me-boot@units", "Slice"))
  end)
end)

describe("systemd-analyze", function()
  -- What each unit was worth when it was made; less is better. The privileged ones mount, and so cannot hide.
  local SCORES = {
    ["left4me-web.service"] = 1.6, ["left4me-server@units.service"] = 1.5, ["build-overlay@1.service"] = 1.3,
    ["left4me-purge@units.service"] = 1.1, ["left4me-boot@units.service"] = 2.6,
    ["left4me-workshop-refresh.service"] = 0.4, ["left4me-mount@units.service"] = 4.4,
    ["left4me-stage@1.service"] = 4.5,
  }

  for unit, limit in pairs(SCORES) do
    it(("gives %s an exposure of at most %.1f"):format(unit, limit), function()
      local score = must("systemd-analyze security --no-pager " .. unit):match("exposure level for %S+ (%d+%.%d+)")
      assert.is_true(tonumber(score) <= limit, score)
    end)
  end

  it("finds nothing wrong in any unit", function()
    host.write("/var/lib/left4me/runtime/units/merged/srcds_run", "", "0755")
    local said_of_it = must("cd /usr/local/lib/systemd/system && systemd-analyze verify left4me-web.service "
      .. "left4me-{server,mount,boot,purge}@units.service {build-overlay,left4me-stage}@1.service "
      .. "left4me-workshop-refresh.{service,timer} l4d2-{game,build}.slice 2>&1")
    must("rm -r /var/lib/left4me/runtime/units")
    assert.equal("", said_of_it)
  end)
end)
