-- Specs of the page's event stream: it tells of lists and of objects the asker may see, beside the log they may read.
local web = require "spec.support.web"

describe("The event stream of a page", function()
  local site, bobs
  before_each(function()
    site = web.new()
    local services, bob = site.app.services, site.app.users.bob
    local blueprint = assert(services.blueprints:create(bob, { name = "recipe" }))
    bobs = assert(services.servers:create(bob, { name = "one", blueprint_id = blueprint.id }))
  end)

  local function stream(user, query)
    return site:get(user, "/events?" .. query, { accept = "text/event-stream" })
  end

  it("rings for lists and for objects", function()
    local answer = stream("bob", ("topics=servers,jobs&of=server:%d"):format(bobs.id))
    assert.same({ "servers", "jobs", "of:server:" .. bobs.id }, answer.stream.topics)
    assert.equal("bell", answer.stream.kind)
  end)

  it("brings the lines of a log beside them", function()
    local answer = stream("bob", ("of=server:%d&log=server:%d&from=120"):format(bobs.id, bobs.id))
    assert.same({ "of:server:" .. bobs.id }, answer.stream.topics)
    assert.equal("log", answer.stream.kind)
    assert.equal(120, answer.stream.from)
    assert.equal("server:" .. bobs.id, answer.stream.topic)
  end)

  it("tells nobody of what is not theirs, and of nothing that is not there", function()
    for _, query in ipairs {
      "of=server:" .. bobs.id, "topics=servers&log=server:" .. bobs.id, "of=server:99999", "of=server:0", "of=server:x",
      "of=user:1", "of=server:" .. ("9"):rep(30), "topics=servers&log=job:1", "topics=servers&log=user:1",
    } do
      assert.equal(404, stream("eve", query).status, query)
    end
  end)

  it("is refused when it asks for too much", function()
    local many = ("server:%d,"):format(bobs.id):rep(8)
    for _, query in ipairs { ("jobs,"):rep(8), "of=" .. many } do
      assert.equal(400, stream("bob", query:find "=" and query or "topics=" .. query).status, query)
    end
  end)
end)
