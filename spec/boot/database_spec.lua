-- Specs of boot.database: opening, migrating, and refusing with the way back.
local database = require "boot.database"
local directory = require "boot.directory"
local host_db = require "host.db"
local service = require "spec.support.service"

describe("boot.database", function()
  local config, root
  before_each(function()
    config = { root = service.temporary_directory(), backend = "standalone" }
    config.db = config.root .. "/left4me.db"
    root = assert(directory.prepare(config))
  end)
  after_each(function() os.execute("rm -rf -- '" .. config.root .. "'") end)

  local function refused(open)
    local d, message = open(config)
    assert.is_nil(d)
    assert.is_nil(message:find("\n"))
    return message
  end

  local function migrated()
    local d = assert(database.migrate(config))
    d:close()
  end

  it("makes a database, opens it, and changes nothing the second time", function()
    local d, from, to = database.migrate(config)
    assert.same({ 0, #database.steps() }, { from, to })
    d:close()
    d, from, to = database.migrate(config)
    assert.same({ to, to }, { from, to })
    d:close()
    d = assert(database.open(config))
    assert.equal(0, d:value("SELECT count(*) FROM users"))
    d:close()
  end)

  it("gives no id anew that something on disk is named after, as a database that was put back would", function()
    migrated()
    for _, path in ipairs { "overlays/7", "overlays/9.old", "overlays/12345678901234567890", "runtime/40",
      "logs/servers/41", "instances/mine" } do
      root:mkdirs(path)
    end
    root:write("logs/jobs/300.log", "")
    for _ = 1, 2 do
      local d = assert(database.migrate(config))
      local last = {}
      for _, row in ipairs(d:rows "SELECT name, seq FROM sqlite_sequence WHERE seq > 0") do last[row.name] = row.seq end
      assert.same({ overlays = 7, servers = 41, jobs = 300 }, last)
      d:close()
    end
    root:remove_tree "runtime/40"
    root:remove_tree "logs/servers/41"
    local d = assert(database.migrate(config))
    assert.equal(41, d:value "SELECT seq FROM sqlite_sequence WHERE name = 'servers'")
    d:close()
  end)

  it("says how to make one that is missing", function()
    assert.matches("left4me migrate", refused(database.open))
    assert.is_nil((root:stat("left4me.db")))
  end)

  it("refuses one from a newer version and leaves it as it is", function()
    migrated()
    local d = assert(host_db.open(config.db))
    d:exec("PRAGMA user_version = 9999")
    d:close()
    assert.matches("newer version", refused(database.open))
    assert.matches("newer version", refused(database.migrate))
  end)

  it("refuses one that needs migrating where only today's will do", function()
    local d = assert(host_db.open(config.db, { create = true }))
    d:close()
    assert.matches("left4me migrate", refused(database.open))
  end)

  it("refuses one that is not ours", function()
    local d = assert(host_db.open(config.db, { create = true }))
    d:exec("CREATE TABLE theirs (x)")
    d:close()
    assert.matches("not a database of left4me", refused(database.migrate))
  end)

  it("backs an older one up before it changes it", function()
    local d = assert(host_db.open(config.db, { create = true }))
    d:exec(database.steps()[1].sql)
    d:exec("PRAGMA user_version = 1")
    d:close()
    local steps = database.steps
    database.steps = function()
      local list = steps()
      list[#list + 1] = { version = #list + 1, name = "next.sql", sql = "CREATE TABLE next (x INTEGER) STRICT" }
      return list
    end
    local ok, raised = pcall(function() assert(database.migrate(config)):close() end)
    database.steps = steps
    assert(ok, raised)
    local backup = assert(host_db.open(assert(database.newest_backup(config)), { readonly = true }))
    assert.equal(1, backup:value("PRAGMA user_version"))
    backup:close()
  end)

  describe("a damaged one", function()
    local function damage(offset)
      migrated()
      local file = assert(io.open(config.db, "r+b"))
      file:seek("set", offset)
      file:write(("garbage "):rep(2000))
      file:close()
    end

    it("is refused with the newest backup", function()
      for i, name in ipairs { "old.db", "newest.db", "not a backup.txt" } do
        assert(root:write("backups/" .. name, "x"))
        os.execute(("touch -d @%d '%s/backups/%s'"):format(1000 + i, config.root, name))
      end
      damage(0)
      for _, open in ipairs { database.open, database.migrate } do
        assert.matches("newest.db", refused(open), 1, true)
      end
    end)

    it("is refused when only its pages are", function()
      damage(8192)
      assert.matches("There is no backup", refused(database.migrate))
    end)
  end)
end)
