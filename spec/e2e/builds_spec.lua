-- Builds through the whole product on the standalone backend: the shared promises, logs that are kept, secrets.
local product = require "spec.support.product"
local service = require "spec.support.service"
local shared_builds = require "spec.backends.shared_builds"

shared_builds(_ENV, "A build in a standalone sandbox", function()
  local one = service.start { demo_game = false }
  return one, one.root
end, function(one) one:remove() end)

describe("The service", function()
  it("keeps the logs of as many jobs as it is told, and says of an older one that it is not kept", function()
    local one <close> = service.start { demo_game = false, env = { LEFT4ME_JOB_LOGS = "2" } }
    local overlay, oldest = product.overlay(one, "logs", "echo built")
    for _ = 1, 3 do one:finished(one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202)) end
    service.eventually("the removal of old logs", function() return #one.directory:list "logs/jobs" == 2 end)
    assert.equal("succeeded", one:api("GET", "/jobs/" .. oldest.id, nil, 200).state)
    assert.equal("job.log_gone", one:api("GET", ("/jobs/%d/log"):format(oldest.id), nil, 410).error.code)
  end)

  it("knows what an overlay takes on disk after a build, hard links once, and that a wipe left nothing", function()
    local one <close> = service.start { demo_game = false }
    local overlay = product.overlay(one, "sized", "head -c 1M /dev/urandom >a; ln a b; truncate -s 1G sparse")
    local d <close> = assert(require("host.db").open(one.root .. "/left4me.db", { readonly = true }))
    local size = d:row "SELECT disk_bytes, disk_files FROM overlays"
    assert.equal(2, size.disk_files)
    assert.is_true(size.disk_bytes >= 1 << 20 and size.disk_bytes < 2 << 20, size.disk_bytes)
    one:api("POST", ("/overlays/%d/wipe"):format(overlay.id), {}, 200)
    assert.same({ disk_bytes = 0, disk_files = 0 }, d:row "SELECT disk_bytes, disk_files FROM overlays")
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
