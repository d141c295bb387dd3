-- What builds promise whatever runs them, through the whole product: their output, their processes, their cancel.
local product = require "spec.support.product"
local service = require "spec.support.service"

--- Describe the promises.
-- @param busted table the spec file's _ENV: busted gives its functions to spec files only
-- @param title string
-- @param open function → service as of spec.support.service, string its state directory as its builds would see it
-- @param close function(service)
return function(busted, title, open, close)
  local describe, it, assert = busted.describe, busted.it, busted.assert
  local setup, teardown = busted.setup, busted.teardown

  describe(title, function()
    local one, root
    setup(function() one, root = open() end)
    teardown(function()
      for _, overlay in ipairs(one:api("GET", "/overlays", nil, 200).overlays) do
        one:api("DELETE", "/overlays/" .. overlay.id, nil, 200)
      end
      close(one)
    end)

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
      local running = one:api("POST", ("/overlays/%d/script"):format(overlay.id),
        { script = "echo go; sleep 600" }, 202)
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
  awk 'BEGIN { print "awk works" }']]):format(root, root, root))
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
end
