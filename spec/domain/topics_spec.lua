-- Specs of domain.topics: what rings for a job, for an audited object, for what has no page.
local topics = require "domain.topics"

describe("domain.topics", function()
  it("names the bells of a job: the list, its page, the page of what it works on", function()
    assert.same({ "jobs", "of:job:9", "of:server:7" }, topics.of_job { id = 9, server_id = 7 })
    assert.same({ "jobs", "of:job:9", "of:overlay:3" }, topics.of_job { id = 9, overlay_id = 3 })
    assert.same({ "jobs", "of:job:9" }, topics.of_job { id = 9 })
  end)

  it("names the bells of what the audit names, and none for what has no page", function()
    assert.same({ "servers", "of:server:7" }, topics.of_audited "server:7")
    assert.same({ "blueprints", "of:blueprint:2" }, topics.of_audited "blueprint:2")
    for _, object in ipairs { "user:1", "token:4", "host", "server:", "server:x", "" } do
      assert.same({}, topics.of_audited(object), object)
    end
    assert.same({}, topics.of_audited(nil))
  end)
end)
