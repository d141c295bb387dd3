-- What a build sees of the host it runs on: its own name servers, and none of the host's files, users and services.
local booted = require "spec.support.booted"
local product = require "spec.support.product"

local SCRIPT = [[
cat /etc/resolv.conf
for path in /etc/passwd /etc/shadow /etc/left4me /home/somebody /root/left4me /var/lib/left4me/left4me.db \
    /var/lib/left4me/overlays /run/dbus/system_bus_socket /run/systemd/private /sys/fs/cgroup; do
  if [ -e "$path" ] && { [ ! -d "$path" ] || ls -A "$path" 2>/dev/null | grep -q .; }; then echo "sees $path"; fi
done
find / -xdev -name 'secret-of-*' 2>/dev/null | sed 's/^/finds /'
find /proc /run /var /tmp /home /root -name 'secret-of-*' 2>/dev/null | sed 's/^/finds /'
echo mine >secret-of-mine
echo "is $(id -u) in $(pwd)"]]

describe("The sandbox of a build", function()
  local host

  setup(function()
    host = booted.host():login()
    host:must("mkdir -p /home/somebody && touch /home/somebody/secret-of-home")
  end)

  it("shows its own name servers, and of the host no user, home, database, other overlay or bus", function()
    product.overlay(host, "other", "echo other >secret-of-other")
    local overlay, job = product.overlay(host, "looks", SCRIPT)
    local log = product.log(host, job)
    assert.equal("succeeded", job.state, log)
    assert.matches(host:must("grep '^nameserver' /etc/left4me/sandbox-resolv.conf"), log, 1, true)
    assert.is_nil(log:find("sees ", 1, true), log)
    assert.is_nil(log:find("finds ", 1, true), log)
    local sandbox_uid, owner = host:must("id -u l4d2-sandbox"), "left4me:left4me"
    assert.matches(("is %s in /overlay"):format(sandbox_uid), log, 1, true)
    assert.equal(owner, host:must(("stat -c %%U:%%G /var/lib/left4me/overlays/%d/secret-of-mine"):format(overlay.id)))
  end)
end)
