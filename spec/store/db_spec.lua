-- Specs of store.db: the pragmas of every connection.
local store_db = require "store.db"

describe("store.db", function()
  local directory
  before_each(function()
    local pipe = assert(io.popen("mktemp -d"))
    directory = pipe:read("l")
    pipe:close()
  end)
  after_each(function() os.execute("rm -rf -- '" .. directory .. "'") end)

  it("opens with a write-ahead log and foreign keys", function()
    local d = assert(store_db.open(directory .. "/x.db", { create = true }))
    assert.equal("wal", d:value("PRAGMA journal_mode"))
    assert.equal(1, d:value("PRAGMA foreign_keys"))
    assert.equal(1, d:value("PRAGMA synchronous"))
    store_db.close(d)
  end)

  it("makes no file unless told to", function()
    local d, message, code = store_db.open(directory .. "/x.db")
    assert.is_nil(d)
    assert.is_string(message)
    assert.equal("SQLITE_CANTOPEN", code)
  end)

  it("says so when a file is no database", function()
    local file = assert(io.open(directory .. "/x.db", "w"))
    file:write(("garbage "):rep(1000))
    file:close()
    local d, _, code = store_db.open(directory .. "/x.db")
    assert.is_nil(d)
    assert.equal("SQLITE_NOTADB", code)
  end)
end)
