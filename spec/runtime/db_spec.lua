-- host.db: values, failures, transactions, iterators, limits, backup, failing allocations.
local db = require "host.db"
local descriptors = require "spec.support.descriptors"

--- What fn raised.
local function raised(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  return err
end

describe("host.db", function()
  local dir, d

  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    assert(os.execute("mkdir " .. dir))
    d = assert(db.open(dir .. "/t.db", { create = true }))
    d:exec [[
      PRAGMA journal_mode = WAL;
      CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n ANY) STRICT;
    ]]
  end)

  after_each(function()
    d:close()
    os.execute("rm -r " .. dir)
  end)

  describe("values", function()
    it("come back as they went in", function()
      for _, value in ipairs { math.maxinteger, math.mininteger, 0, 1.5, -0.25, "", "a\0b", "ä",
        2.0 } do
        d:run("INSERT INTO t (n) VALUES (?)", value)
        local back = d:value("SELECT n FROM t ORDER BY id DESC LIMIT 1")
        assert.equal(value, back)
        assert.equal(math.type(value), math.type(back))
      end
    end)

    it("are NULL for nil and null, also in the middle, and absent when read", function()
      d:run("INSERT INTO t (id, name, n) VALUES (?, ?, ?)", 1, nil, 5)
      d:run("INSERT INTO t (id, name, n) VALUES (?, ?, ?)", 2, "x", db.null)
      d:run("INSERT INTO t (id, name, n) VALUES (?, ?, ?)", 3, "y", nil)
      assert.same({ { id = 1, n = 5 }, { id = 2, name = "x" }, { id = 3, name = "y" } },
        d:rows("SELECT * FROM t ORDER BY id"))
      assert.is_nil(d:value("SELECT name FROM t WHERE id = 1"))
      assert.equal(1, select("#", d:value("SELECT 1 WHERE 0")))
      assert.equal(1, select("#", d:row("SELECT 1 WHERE 0")))
    end)

    it("are 1 and 0 for booleans", function()
      assert.equal(1, d:value("SELECT ?", true))
      assert.equal(0, d:value("SELECT ?", false))
    end)

    it("are text for strings and blob for blobs", function()
      assert.equal("text", d:value("SELECT typeof(?)", "a\0"))
      assert.equal("blob", d:value("SELECT typeof(?)", db.blob "a\0b"))
      assert.equal("a\0b", d:value("SELECT ?", db.blob "a\0b"))
    end)

    it("of other types raise", function()
      for _, value in ipairs { {}, print, 0 / 0, io.stdout, coroutine.create(print) } do
        assert.has_error(function() d:value("SELECT ?", value) end)
      end
    end)

    it("must be as many as the statement's parameters", function()
      local message = "the statement takes 2 parameters, got 1"
      assert.has_error(function() d:rows("SELECT ?, ?", 1) end, message)
      assert.has_error(function() d:run("SELECT 1", 1) end,
        "the statement takes 0 parameters, got 1")
      assert.equal(3, d:value("SELECT ? + ?", 1, 2))
    end)
  end)

  describe("run", function()
    it("says how many rows changed and the last id", function()
      local changes, id = d:run("INSERT INTO t (id, name) VALUES (7, 'a'), (9, 'b')")
      assert.equal(2, changes)
      assert.equal(9, id)
      assert.equal(0, (d:run("UPDATE t SET n = 1 WHERE id = 1")))
      assert.equal(0, (d:run("CREATE TABLE u (x) ")))
    end)

    it("returns a constraint's failure and leaves the statement usable", function()
      local sql = "INSERT INTO t (name) VALUES (?)"
      assert.equal(1, (d:run(sql, "a")))
      local changes, message, code = d:run(sql, "a")
      assert.is_nil(changes)
      assert.equal("UNIQUE constraint failed: t.name", message)
      assert.equal("SQLITE_CONSTRAINT_UNIQUE", code)
      assert.equal(1, (d:run(sql, "b")))
      assert.equal("SQLITE_CONSTRAINT_DATATYPE", select(3,
        d:run("INSERT INTO t (id, name) VALUES (5, x'00')")))
      assert.equal("SQLITE_CONSTRAINT_PRIMARYKEY", select(3,
        d:exec("INSERT INTO t (id) VALUES (1)")))
    end)

    it("raises any other failure as an object", function()
      local err = raised(d.run, d, "SELECT * FROM nowhere")
      assert.equal("SQLITE_ERROR", err.code)
      assert.equal("no such table: nowhere", err.message)
      assert.equal("SQLITE_ERROR: no such table: nowhere", tostring(err))
    end)

    it("takes exactly one statement", function()
      for _, sql in ipairs { "", "  ", "-- nothing", "SELECT 1; SELECT 2", ";",
        "SELECT 1; nonsense" } do
        assert.has_error(function() d:run(sql) end, "exactly one SQL statement expected")
      end
      assert.equal(1, d:value("SELECT 1; -- the only one\n"))
    end)

    it("refuses a statement of more than a megabyte and one with too many parameters", function()
      assert.equal("SQLITE_TOOBIG", raised(d.run, d, "SELECT 1" .. (" "):rep(1000000)).code)
      assert.equal("SQLITE_ERROR", raised(d.run, d, "SELECT ?250001", 1).code)
    end)
  end)

  describe("row", function()
    it("serves RETURNING and its constraints", function()
      assert.same({ id = 1 }, d:row("INSERT INTO t (name) VALUES (?) RETURNING id", "a"))
      local row, _, code = d:row("INSERT INTO t (name) VALUES (?) RETURNING id", "a")
      assert.is_nil(row)
      assert.equal("SQLITE_CONSTRAINT_UNIQUE", code)
    end)
  end)

  describe("each", function()
    before_each(function()
      for i = 1, 5 do d:run("INSERT INTO t (id) VALUES (?)", i) end
    end)

    it("iterates, nests with the same statement, and closes on break", function()
      local sum = 0
      for outer in d:each("SELECT id FROM t WHERE id > ?", 3) do
        for inner in d:each("SELECT id FROM t WHERE id > ?", 1) do
          sum = sum + outer.id * inner.id
          if inner.id == 4 then break end
        end
      end
      assert.equal((4 + 5) * (2 + 3 + 4), sum)
      assert.equal(5, d:run("DELETE FROM t"))
      d:exec("PRAGMA wal_checkpoint(TRUNCATE)")
    end)

    it("survives a close of the connection in the middle", function()
      local next = d:each("SELECT id FROM t")
      assert.equal(1, next().id)
      d:close()
      assert.has_error(next, "closed host.db statement")
      collectgarbage()
    end)

    it("stays ended", function()
      local next = d:each("SELECT 1 AS x")
      assert.same({ x = 1 }, next())
      assert.is_nil(next())
    end)
  end)

  describe("transaction", function()
    local function count() return d:value("SELECT count(*) FROM t") end
    local function insert(...)
      d:run("INSERT INTO t DEFAULT VALUES")
      return ...
    end

    it("commits and returns what the function returned", function()
      assert.same({ n = 3, 7, nil, 9 }, table.pack(d:transaction(insert, 7, nil, 9)))
      assert.equal(1, count())
      assert.equal(0, select("#", d:transaction(insert)))
      assert.equal(2, count())
    end)

    it("rolls back when the first result is nil or false", function()
      assert.same({ n = 2, [2] = "why" }, table.pack(d:transaction(insert, nil, "why")))
      assert.is_false(d:transaction(insert, false))
      assert.equal(0, count())
      assert.is_false(d:in_transaction())
    end)

    it("rolls back and raises again, the same error", function()
      local problem = {}
      assert.equal(problem, raised(d.transaction, d, function()
        insert()
        assert.is_true(d:in_transaction())
        error(problem)
      end))
      assert.equal(0, count())
      assert.is_false(d:in_transaction())
    end)

    it("does not nest", function()
      local err = raised(d.transaction, d, function() return d:transaction(insert) end)
      assert.matches("already in a transaction", err)
      assert.is_false(d:in_transaction())
    end)

    it("cannot be left hanging by a yield", function()
      local co = coroutine.create(function() d:transaction(coroutine.yield) end)
      local ok, err = coroutine.resume(co)
      assert.is_false(ok)
      assert.matches("yield across a C%-call boundary", err)
      coroutine.close(co)
      assert.is_false(d:in_transaction())
    end)

    it("returns a constraint that fails at COMMIT, rolled back", function()
      d:exec [[PRAGMA foreign_keys = ON;
        CREATE TABLE c (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)]]
      for results = 1, 100 do
        local ok, _, code = d:transaction(function()
          d:run("INSERT INTO c VALUES (99)")
          return table.unpack({ true }, 1, results)
        end)
        assert.is_nil(ok)
        assert.equal("SQLITE_CONSTRAINT_FOREIGNKEY", code)
        assert.is_false(d:in_transaction())
      end
      assert.equal(0, d:value("SELECT count(*) FROM c"))
    end)

    it("survives a close inside", function()
      assert.has_error(function() d:transaction(function() d:close() end) end, "closed host.db")
    end)

    it("raises SQLITE_BUSY when another writer stays", function()
      local other <close> = assert(db.open(dir .. "/t.db", { busy_ms = 0 }))
      d:transaction(function()
        assert.equal("SQLITE_BUSY", raised(other.transaction, other, insert).code)
        return true
      end)
    end)
  end)

  describe("stamp", function()
    it("changes with what others commit and with what this connection changes, and only then", function()
      local other <close> = assert(db.open(dir .. "/t.db"))
      local function stamps()
        return { ("%d %d"):format(d:stamp()), ("%d %d"):format(other:stamp()) }
      end
      local function changed_from(before)
        local now = stamps()
        return now[1] ~= before[1] and now[2] ~= before[2]
      end
      d:run("INSERT INTO t (name) VALUES (?)", "a")
      local before = stamps()
      other:rows "SELECT * FROM t"
      d:transaction(function() return d:rows "SELECT * FROM t" end)
      assert.same(before, stamps())
      d:run("UPDATE t SET name = ?", "b")
      assert.is_true(changed_from(before))
      before = stamps()
      other:transaction(function() return other:run("UPDATE t SET name = ?", "c") end)
      assert.is_true(changed_from(before))
    end)
  end)

  describe("open", function()
    it("says why it cannot", function()
      local cases = { { "/nowhere/x.db", "SQLITE_CANTOPEN" },
        { dir .. "/none.db", "SQLITE_CANTOPEN" } }
      local file = assert(io.open(dir .. "/text.db", "w"))
      file:write(("not a database\n"):rep(100)):close()
      cases[3] = { dir .. "/text.db", "SQLITE_NOTADB" }
      for _, case in ipairs(cases) do
        local opened, message, code = db.open(case[1])
        assert.is_nil(opened)
        assert.matches(case[1], message, 1, true)
        assert.equal(case[2], code)
      end
      assert.has_error(function() db.open(dir .. "/t.db", { read_only = true }) end,
        "unknown option 'read_only'")
    end)

    it("makes a new file for its owner only", function()
      local pipe = io.popen("stat -c %a " .. dir .. "/t.db " .. dir .. "/t.db-wal")
      assert.equal("600\n600\n", pipe:read("a"))
      pipe:close()
    end)

    it("read-only writes nothing and reaches no other file", function()
      local reader <close> = assert(db.open(dir .. "/t.db", { readonly = true }))
      assert.equal("SQLITE_READONLY", raised(reader.run, reader,
        "INSERT INTO t DEFAULT VALUES").code)
      assert.equal("SQLITE_ERROR", raised(reader.run, reader, "ATTACH ? AS x",
        dir .. "/new.db").code)
      assert.equal("SQLITE_ERROR", raised(reader.run, reader, "VACUUM INTO ?",
        dir .. "/new.db").code)
      assert.is_nil(io.open(dir .. "/new.db"))
    end)

    it("closed, raises and closes again", function()
      d:close()
      d:close()
      for _, method in ipairs { "run", "row", "rows", "value", "each", "exec", "stamp" } do
        assert.has_error(function() d[method](d, "SELECT 1") end, "closed host.db")
      end
      assert.has_error(function() d:check() end, "closed host.db")
    end)
  end)

  it("bounds the work of a statement", function()
    local endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) " ..
      "SELECT count(*) FROM c"
    d:limit(100000)
    assert.equal("SQLITE_INTERRUPT", raised(d.value, d, endless).code)
    assert.equal("SQLITE_INTERRUPT", raised(d.value, d, endless).code)
    assert.equal(1, d:value("SELECT 1"))
    assert.equal("SQLITE_TOOBIG", raised(d.value, d, "SELECT randomblob(1000000000)").code)
    assert.equal("SQLITE_ERROR", raised(d.value, d, "SELECT 'x' LIKE ?", ("%_"):rep(200)).code)
    d:limit(nil, 50)
    assert.equal("SQLITE_INTERRUPT", raised(d.value, d, endless).code)
    local heavy = endless .. " WHERE hex(randomblob(100000)) LIKE '%a%b%c%d%e%f%0%1%2%3%'"
    assert.equal("SQLITE_INTERRUPT", raised(d.value, d, heavy).code)
    assert.equal(1, d:value("SELECT 1"))
    d:limit()
    assert.equal(20000, d:value((endless:gsub("FROM c%)", "FROM c LIMIT 20000)"))))
  end)

  it("keeps more statements than the cache has places", function()
    for round = 1, 2 do
      for i = 1, 1000 do assert.equal(i * round, d:value(("SELECT %d * ?"):format(i), round)) end
    end
  end)

  describe("backup and check", function()
    it("copies a live database", function()
      d:run("INSERT INTO t (name) VALUES ('kept')")
      assert.is_true(d:backup(dir .. "/copy.db"))
      local copy <close> = assert(db.open(dir .. "/copy.db"))
      assert.equal("kept", copy:value("SELECT name FROM t"))
      assert.is_true(copy:check())
    end)

    it("says why it cannot", function()
      local ok, message, code = d:backup("/nowhere/copy.db")
      assert.is_nil(ok)
      assert.matches("^backup to /nowhere/copy.db: ", message)
      assert.equal("SQLITE_CANTOPEN", code)
    end)

    it("does not harm the database when told to copy it onto itself", function()
      d:run("INSERT INTO t (name) VALUES ('kept')")
      assert.is_nil((d:backup(dir .. "/t.db")))
      assert.equal("kept", d:value("SELECT name FROM t"))
    end)

    it("finds damage", function()
      d:exec("PRAGMA journal_mode = DELETE; CREATE INDEX i ON t (n); BEGIN")
      for i = 1, 2000 do d:run("INSERT INTO t (n) VALUES (?)", ("x"):rep(i % 100)) end
      d:exec "COMMIT"
      d:close()
      local file = assert(io.open(dir .. "/t.db", "r+"))
      file:seek("set", 4096 * 3)
      file:write(("\xaa"):rep(4096 * 4)):close()
      d = assert(db.open(dir .. "/t.db"))
      local ok, _, code = d:check()
      assert.is_nil(ok)
      assert.equal("SQLITE_CORRUPT", code)
    end)
  end)

  it("leaves no file open and no lock held when an allocation fails", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation(([[
      local db = require "host.db"
      local d <close> = assert(db.open(%q, {create = true}))
      d:exec("PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS o (a, b); DELETE FROM o")
      d:transaction(function() return d:run("INSERT INTO o VALUES (?, ?)", 1, db.blob "b") end)
      assert(d:row("SELECT * FROM o") and d:value("SELECT b FROM o") == "b")
      for row in d:each("SELECT * FROM o") do if #d:rows("SELECT * FROM o") > 0 then break end end
      pcall(d.run, d, "nonsense")
      assert(d:check())
    ]]):format(dir .. "/oom.db"))
    assert.equal(before, descriptors.count())
  end)
end)
