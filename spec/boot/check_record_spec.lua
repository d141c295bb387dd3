-- Specs of boot.check_record: what is kept, and that the service's own look at a host replaces no better one.
local record = require "boot.check_record"
local fs = require "host.fs"
local json = require "host.json"
local scratch = require "spec.support.scratch"

describe("boot.check_record", function()
  local s, root, config
  before_each(function()
    s = scratch.new()
    root = assert(fs.root(s.path))
    config = { root = s.path, backend = "standalone" }
  end)
  after_each(function() s:remove() end)

  local function kept() return json.decode(assert(root:read("health.json", 65536))) end

  it("keeps findings of the state directory and of the host, sizes and the time", function()
    root:mkdirs("overlays/1")
    root:write("overlays/1/file", ("x"):rep(5000))
    assert(record.keep(config, { { ok = true, text = "a" } }, { { ok = false, text = "b", mend = "c" } }))
    local one = kept()
    assert.same({ { ok = true, text = "a" } }, one.findings)
    assert.same({ { ok = false, text = "b", mend = "c" } }, one.host.findings)
    assert.equal(one.at, one.host.at)
    assert.is_true(one.disk.overlays >= 5000)
    assert.is_nil(one.disk.installation)
  end)

  it("leaves what was found about the host when it was not seen", function()
    assert(record.keep(config, {}, { { ok = true, text = "seen by root" } }))
    local first = kept()
    assert(record.keep(config, { { ok = true, text = "newer" } }, nil))
    assert.same(first.host, kept().host)
    assert.equal("newer", kept().findings[1].text)
  end)

  it("begins anew after a record that is damaged", function()
    root:write("health.json", "{")
    assert(record.keep(config, {}, nil))
    assert.is_nil(kept().host)
  end)

  it("sees the host where nothing hides it", function()
    assert.is_true(record.sees_host(config))
    assert.equal(select(2, require("host.runtime").ids()) == 0, record.sees_host { backend = "systemd" })
  end)
end)
