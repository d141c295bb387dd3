-- Builds that misbehave, through the whole product: their output, their processes, their cancel.
local product = require "spec.support.product"
local service = require "spec.support.service"

describe("A build", function()
  local one
  setup(function() one = service.start { demo_game = false } end)
  teardown(function() one:remove() end)

  local function cancel(job)
    one:api("POST", ("/jobs/%d/cancel"):format(job.id), {})
    return one:finished(job)
  end

  it("that prints a line of 100 MB gets it cut and marked, and succeeds", function()
    local _, job = product.overlay(one, "long line", "head -c 100M /dev/zero | tr '\\0' x; echo; echo after")
    assert.equal("succeeded", job.state)
    local log = product.log(one, job)
    assert.truthy(#log < 20000, #log)
    assert.truthy(log:find("[cut]", 1, true))
    assert.truthy(log:find("\nafter", 1, true))
  end)

  it("that prints binary and terminal sequences leaves a log of valid UTF-8", function()
    local _, job = product.overlay(one, "binary", [[printf '\xff\xfe\0 binary \033]52;c;aGk=\007\n'; echo ok]])
    assert.equal("succeeded", job.state)
    local log = product.log(one, job)
    assert.truthy(utf8.len(log))
    assert.is_nil(log:find("\0", 1, true))
    assert.truthy(log:find("ok", 1, true))
  end)

  it("passes the script's exit code on", function()
    local _, job = product.overlay(one, "exit 3", "echo failing; exit 3")
    assert.equal("failed", job.state)
    assert.equal(3, job.exit_code)
  end)

  it("that ignores TERM and forks is ended whole by a cancel", function()
    local overlay = one:api("POST", "/overlays", { name = "stubborn", type = "script" }, 201)
    local job = one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = [[
trap '' TERM INT HUP
(trap '' TERM; setsid sleep 4321) &
(trap '' TERM; sleep 4321) &
echo ready
while :; do sleep 4321; done]] }, 202)
    service.eventually("the script's first line", function()
      return product.log(one, job):find("ready", 1, true)
    end)
    assert.equal("cancelled", cancel(job).state)
    assert.same({}, product.processes("sleep 4321"))
    assert.equal("failed", one:api("GET", "/overlays/" .. overlay.id, nil, 200).last_build_status)
  end)

  it("waits for the running one of its overlay, and says for what", function()
    local overlay = one:api("POST", "/overlays", { name = "queue", type = "script" }, 201)
    local running = one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "echo go; sleep 600" }, 202)
    service.eventually("the first build", function() return product.log(one, running):find("go", 1, true) end)
    local waiting = one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)
    local coalesced = one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)
    assert.not_equal(running.id, waiting.id)
    assert.equal(waiting.id, coalesced.id)
    service.eventually("the reason", function()
      return (one:api("GET", "/jobs/" .. waiting.id, nil, 200).waiting_for or "") ~= ""
    end)
    assert.equal("cancelled", cancel(waiting).state)
    assert.equal("cancelled", cancel(running).state)
  end)

  it("sees its overlay and nothing of the host", function()
    local _, job = product.overlay(one, "curious", ([[
for path in /home /root /etc/passwd /etc/shadow %s %s/left4me.db %s/secret_key; do
  if ls -d "$path" >/dev/null 2>&1 && [ -n "$(ls -A "$path" 2>/dev/null)" ]; then echo "sees $path"; fi
done
[ "$PWD" = /overlay ] && [ "$OVERLAY" = /overlay ] && [ "$HOME" = /tmp ] && echo "at home"
touch /usr/x 2>/dev/null && echo "writes /usr"
unshare -U true 2>/dev/null && echo "makes namespaces"
grep -q 'CapEff:.0*$' /proc/self/status && echo "no capabilities"
awk 'BEGIN { print "awk works" }']]):format(one.root, one.root, one.root))
    assert.equal("succeeded", job.state)
    local log = product.log(one, job)
    assert.is_nil(log:find("sees ", 1, true), log)
    assert.is_nil(log:find("writes ", 1, true), log)
    assert.is_nil(log:find("makes ", 1, true), log)
    for _, line in ipairs { "at home", "no capabilities", "awk works" } do
      assert.truthy(log:find(line, 1, true), line .. "\n" .. log)
    end
  end)
end)

describe("The service", function()
  it("keeps the logs of as many jobs as it is told, and says of an older one that it is not kept", function()
    local one <close> = service.start { demo_game = false, env = { LEFT4ME_JOB_LOGS = "2" } }
    local overlay, oldest = product.overlay(one, "logs", "echo built")
    for _ = 1, 3 do one:finished(one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)) end
    service.eventually("the removal of old logs", function() return #one.directory:list "logs/jobs" == 2 end)
    assert.equal("succeeded", one:api("GET", "/jobs/" .. oldest.id, nil, 200).state)
    assert.equal("job.log_gone", one:api("GET", ("/jobs/%d/log"):format(oldest.id), nil, 410).error.code)
  end)

  it("gives its children none of its secrets", function()
    local secrets = {
      SECRET_KEY = ("s3cret"):rep(8), STEAM_WEB_API_KEY = "A5TEAMKEY", LEFT4ME_ADMIN_PASSWORD = "only once",
    }
    local one <close> = service.start { demo_game = false, env = secrets }
    local overlay = one:api("POST", "/overlays", { name = "o", type = "script" }, 201)
    local job = one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "echo begun; sleep 60" }, 202)
    service.eventually("the build", function() return product.log(one, job):find("begun", 1, true) end)
    local d <close> = assert(require("host.db").open(one.root .. "/left4me.db", { readonly = true }))
    local pid = d:value("SELECT pid FROM jobs WHERE id = ?", job.id)
    local file <close> = assert(io.open(("/proc/%d/environ"):format(pid)))
    local environment = file:read "a"
    assert.truthy(environment:find("LEFT4ME_ROOT=" .. one.root, 1, true))
    for name in pairs(secrets) do
      assert.is_nil(environment:find(name, 1, true))
      assert.is_nil(environment:find(one.env[name], 1, true))
    end
  end)
end)
