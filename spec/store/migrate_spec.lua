-- Specs of store.migrate: order, versions, backups, and databases that are refused.
local database = require "spec.support.database"
local migrate = require "store.migrate"
local store_db = require "store.db"

local function never() error("no backup was due") end

describe("store.migrate", function()
  local d
  before_each(function() d = assert(store_db.open(":memory:", { create = true })) end)
  after_each(function() d:close() end)

  local steps = migrate.steps {
    { name = "0002_b.sql", sql = "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b VALUES (2)" },
    { name = "0001_a.sql", sql = "CREATE TABLE a (x INTEGER) STRICT" },
  }

  it("orders the files by their numbers", function()
    assert.same({ "0001_a.sql", "0002_b.sql" }, { steps[1].name, steps[2].name })
  end)

  it("refuses files without an order", function()
    for _, names in ipairs {
      { "0002_a.sql" }, { "0001_a.sql", "0001_b.sql" }, { "x.sql" }, { "0001_a.sql", "0003_b.sql" },
    } do
      local files = {}
      for i, name in ipairs(names) do files[i] = { name = name, sql = "" } end
      assert.has_error(function() migrate.steps(files) end)
    end
  end)

  it("brings an empty database up without a backup, and changes nothing the second time", function()
    assert.same({ 0, 2 }, { migrate.run(d, steps, never) })
    assert.equal(2, d:value("SELECT x FROM b"))
    assert.same({ 2, 2 }, { migrate.run(d, steps, never) })
  end)

  it("makes a backup before it changes an existing database", function()
    migrate.run(d, { steps[1] }, never)
    local backed_up
    assert.same({ 1, 2 }, { migrate.run(d, steps, function(version) backed_up = version return true end) })
    assert.equal(1, backed_up)
  end)

  it("takes what another process did meanwhile as done", function()
    migrate.run(d, { steps[1] }, never)
    local function other_process()
      migrate.run(d, steps, function() return true end)
      return true
    end
    assert.same({ 1, 2 }, { migrate.run(d, steps, other_process) })
    assert.equal(1, d:value("SELECT count(*) FROM b"))
  end)

  it("changes nothing when the backup fails", function()
    migrate.run(d, { steps[1] }, never)
    local from, problem = migrate.run(d, steps, function() return nil, "disk is full" end)
    assert.is_nil(from)
    assert.matches("disk is full", problem)
    assert.equal(1, migrate.version(d))
  end)

  it("leaves the version and the tables of before when a step fails", function()
    local broken = { steps[1], { version = 2, name = "0002_b.sql", sql = "CREATE TABLE b (x INTEGER); SELECT nope" } }
    assert.has_error(function() migrate.run(d, broken, never) end)
    assert.equal(1, migrate.version(d))
    assert.is_nil(d:value("SELECT name FROM sqlite_schema WHERE name = 'b'"))
  end)

  it("refuses a database from a newer version", function()
    d:exec("PRAGMA user_version = 9999")
    local from, problem = migrate.run(d, steps, never)
    assert.is_nil(from)
    assert.matches("newer version", problem)
  end)

  it("refuses a database that is someone else's", function()
    d:exec("CREATE TABLE wp_posts (x)")
    assert.matches("not a database of left4me", select(2, migrate.run(d, steps, never)))
  end)

  it("applies the schema of this version", function()
    local fresh = database.open()
    assert.equal(#database.schema_files(), migrate.version(fresh))
    assert.is_true(fresh:check())
    fresh:close()
  end)
end)

describe("The schema", function()
  -- A database with the first so many steps.
  local function at(version)
    local d = assert(store_db.open(":memory:", { create = true }))
    local steps = migrate.steps(database.schema_files())
    migrate.run(d, table.move(steps, 1, version, 1, {}), never)
    return d, function() assert(migrate.run(d, steps, function() return true end)) end
  end

  it("keeps sessions, jobs and audit in its second step, and reuses no job's number", function()
    local d, go_on = at(1)
    d:exec [[INSERT INTO users VALUES (1, 'bob', 'x', 0, 1, 1, 1, 1);
      INSERT INTO sessions VALUES (printf('%064d', 7), 1, 10, 20);
      INSERT INTO jobs (id, user_id, operation, created_at) VALUES (3, 1, 'install', 5), (9, 1, 'install', 5);
      DELETE FROM jobs WHERE id = 9;
      INSERT INTO audit (at, user_id, door, action) VALUES (1, 1, 'web', 'user.login')]]
    go_on()
    assert.same({ 1, 10, 20, "" }, { d:value "SELECT user_id FROM sessions", d:value "SELECT created_at FROM sessions",
      d:value "SELECT seen_at FROM sessions", d:value "SELECT address FROM sessions" })
    assert.equal(3, d:value "SELECT id FROM jobs")
    assert.equal("user.login", d:value "SELECT action FROM audit")
    assert(d:run("INSERT INTO jobs (operation, created_at) VALUES ('install', 6)"))
    assert.equal(10, d:value "SELECT max(id) FROM jobs")
    assert.equal("", d:value "SELECT language FROM users")
    assert.is_true(d:check())
    d:close()
  end)

  it("uses an index for every foreign key and every query of a list", function()
    local d = database.open()
    local queries = {
      "SELECT * FROM servers WHERE user_id = 1 AND id > 5 ORDER BY id LIMIT 50",
      "SELECT * FROM blueprints WHERE user_id = 1 AND id > 5 ORDER BY id LIMIT 50",
      "SELECT * FROM jobs WHERE owner_id = 1 AND id < 5 ORDER BY id DESC LIMIT 50",
      "SELECT * FROM jobs WHERE state = 'queued' AND id < 5 ORDER BY id DESC LIMIT 50",
      "SELECT * FROM jobs WHERE operation = 'install' ORDER BY id DESC LIMIT 1",
      "SELECT * FROM jobs WHERE server_id = 1 ORDER BY id DESC LIMIT 1",
      "SELECT * FROM jobs WHERE overlay_id = 1 ORDER BY id DESC LIMIT 1",
      "SELECT * FROM jobs WHERE state IN ('queued', 'running', 'cancelling')",
      "SELECT * FROM blueprint_overlays WHERE overlay_id = 1",
      "SELECT * FROM server_layers WHERE overlay_id = 1",
      "SELECT * FROM servers WHERE blueprint_id = 1",
      "SELECT * FROM tokens WHERE digest = 'x'",
      "SELECT * FROM tokens WHERE user_id = 1 AND id > 5 ORDER BY id LIMIT 50",
      "DELETE FROM sessions WHERE user_id = 1",
      "DELETE FROM sessions WHERE created_at < 1", "DELETE FROM sessions WHERE seen_at < 1",
      "SELECT count(*), min(at) FROM login_attempts WHERE kind = 'address' AND value = 'x' AND at > 1",
      "DELETE FROM login_attempts WHERE at <= 1 OR at > 2",
      "SELECT * FROM overlays WHERE user_id IS NULL AND name = 'x'",
    }
    for _, query in ipairs(queries) do
      for _, row in ipairs(d:rows("EXPLAIN QUERY PLAN " .. query)) do
        assert.is_nil(row.detail:match("^SCAN %l+$"), query .. ": " .. row.detail)
        assert.is_nil(row.detail:match("TEMP B%-TREE"), query .. ": " .. row.detail)
      end
    end
    d:close()
  end)

  it("has no two indexes on the same columns", function()
    local d = database.open()
    local seen, problems = {}, {}
    for _, index in ipairs(d:rows("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index'")) do
      local columns = {}
      for _, column in ipairs(d:rows(("PRAGMA index_info('%s')"):format(index.name))) do
        columns[#columns + 1] = column.name
      end
      local where = index.sql and index.sql:match("WHERE.*") or ""
      local key = index.tbl_name .. " " .. table.concat(columns, ",") .. " " .. where
      if seen[key] then problems[#problems + 1] = index.name .. " is " .. seen[key] end
      seen[key] = index.name
    end
    assert.same({}, problems)
    d:close()
  end)
end)
