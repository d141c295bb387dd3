-- backends.systemd.watch: which servers changed, told by a connection that is played.
local watch = require "backends.systemd.watch"

-- turns: how many more have something to say that was received already.
local function connection_of(news, turns)
  local connection = { turns = 0, list = {} }
  function connection.follow() end
  function connection:turn() self.turns = self.turns + 1 end
  function connection:interest() return { [7] = "r" }, self.turns < turns and 0 or 1000 end
  function connection.news()
    local changed, all = news.changed or {}, news.all
    news.changed, news.all = nil, nil
    return changed, all or false
  end
  function connection:ask() return self.list end
  return connection
end

describe("The watcher of units", function()
  it("names the servers that changed, and no other unit", function()
    local watcher = watch.new(connection_of({ changed = {
      ["left4me-server@7.service"] = true, ["left4me-mount@7.service"] = true, ["build-overlay@3.service"] = true,
    } }, 0))
    assert.same({ ["7"] = "status" }, watcher:changed())
    assert.same({}, watcher:changed())
  end)

  it("names every server it ever saw when changes may have gone unseen", function()
    local news = { changed = { ["left4me-server@7.service"] = true } }
    local connection = connection_of(news, 0)
    local watcher = watch.new(connection)
    watcher:changed()
    news.all, connection.list = true, { { unit = "left4me-server@8.service" } }
    assert.same({ ["7"] = "status", ["8"] = "status" }, watcher:changed())
  end)

  it("takes all that was received already before it waits for more", function()
    local connection = connection_of({}, 3)
    local watcher = watch.new(connection)
    watcher:changed()
    assert.equal(3, connection.turns)
    assert.equal(7, watcher:fd())
  end)

  it("has no descriptor to wait for while more is there than it takes at once", function()
    local connection = connection_of({}, 1000)
    local watcher = watch.new(connection)
    watcher:changed()
    assert.is_nil(watcher:fd())
    assert.is_true(connection.turns < 100)
  end)
end)
