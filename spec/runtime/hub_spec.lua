-- Topics: generations, closing, the scheduler's bell, bounds.
local hub = require "host.hub"

local name = 0
local function fresh()
  name = name + 1
  return "spec:" .. name
end

describe("A topic", function()
  it("has a generation that only a ring changes", function()
    local topic = fresh()
    local before = hub.generation(topic)
    assert.equal(before, hub.generation(topic))
    assert.is_true(hub.ring(topic))
    assert.is_true(hub.generation(topic) > before)
  end)

  it("does not change when another one rings", function()
    local a, b = fresh(), fresh()
    local before = hub.generation(a)
    hub.ring(b)
    assert.equal(before, hub.generation(a))
  end)

  it("remembers how it was closed, and closing rings it", function()
    local topic = fresh()
    local before = hub.generation(topic)
    assert.is_true(hub.close(topic, "succeeded"))
    local generation, text = hub.generation(topic)
    assert.is_true(generation > before)
    assert.equal("succeeded", text)
  end)

  it("stays closed when it rings again", function()
    local topic = fresh()
    hub.close(topic, "failed")
    hub.ring(topic)
    assert.equal("failed", select(2, hub.generation(topic)))
  end)

  it("can be waited for", function()
    local topic = fresh()
    local before = hub.generation(topic)
    local _, _, code = hub.wait(topic, before, 1)
    assert.equal("ETIMEDOUT", code)
    hub.ring(topic)
    assert.equal(hub.generation(topic), hub.wait(topic, before, 0))
  end)

  it("is refused with a control character, without a name, or too long", function()
    assert.has_error(function() hub.ring("a\nb") end)
    assert.has_error(function() hub.ring("a\0b") end)
    assert.has_error(function() hub.ring("") end)
    assert.has_error(function() hub.ring(("x"):rep(129)) end)
    assert.has_error(function() hub.close(fresh(), "two\nlines") end)
    assert.has_error(function() hub.close(fresh(), ("x"):rep(201)) end)
  end)
end)

describe("The hub", function()
  it("forgets closed topics first when there are too many, and never goes back in time", function()
    local closed, open = fresh(), fresh()
    hub.close(closed, "done")
    hub.ring(open)
    local generation = hub.generation(closed)
    local open_generation = hub.generation(open)
    for i = 1, 4095 do hub.ring("flood:" .. i) end
    assert.equal(open_generation, hub.generation(open))
    local again, text = hub.generation(closed)
    assert.is_nil(text)
    assert.is_true(again >= generation)
    for i = 1, 9000 do hub.ring("flood:" .. i) end
    assert.is_true(hub.generation(open) >= open_generation)
  end)

  it("writes the bell only for topic scheduler", function()
    local fd = hub.bell_fd()
    assert.is_true(math.type(fd) == "integer" and fd > 2)
    assert.equal(fd, hub.bell_fd())
    local function count()
      local file <close> = assert(io.open("/proc/self/fdinfo/" .. fd))
      return tonumber(file:read("a"):match("eventfd%-count:%s*(%x+)"), 16)
    end
    local before = count()
    hub.ring(fresh())
    assert.equal(before, count())
    hub.ring("scheduler")
    assert.equal(before + 1, count())
    assert.is_true(hub.bell_read())
    assert.equal(0, count())
    assert.is_false(hub.bell_read())
  end)

  it("is not stopping by itself", function()
    assert.is_false(hub.stopping())
  end)
end)
