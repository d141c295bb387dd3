-- services.console: whose session it is, what is written down, what may be read.
local console = require "services.console"

local function service(users, rows)
  local entries = {}
  local reader = rows and {
    in_transaction = function() return entries.open end,
    exec = function(_, sql)
      if sql == "ROLLBACK" then entries.open = false end
    end,
    each = function(_, sql, ...)
      if sql == "slow" then error { code = "SQLITE_INTERRUPT", message = "interrupted" } end
      if sql == "wrong" then error { code = "SQLITE_ERROR", message = "no such table: x" } end
      entries.values = table.pack(...)
      entries.open = entries.open or sql == "BEGIN"
      local i = 0
      return function()
        i = i + 1
        return rows[i]
      end
    end,
  }
  local one = console.new {
    clock = { now = function() return 1000 end }, hub = { ring = error }, reader = reader,
    db = { transaction = function(_, fn, ...) return fn(...) end },
    store = {
      audit = { add = function(_, entry) entries[#entries + 1] = entry end },
      users = { list = function(_, options)
        local list = {}
        for _, user in ipairs(users) do
          if user.id > options.after and #list < 2 then list[#list + 1] = user end
        end
        list.next = #list == 2 and list[2].id or nil
        return list
      end },
    },
  }
  return one, entries
end

describe("services.console", function()
  it("acts as the first active admin, on whatever page", function()
    local users = { { id = 1, username = "a", admin = false, active = true },
      { id = 2, username = "b", admin = true, active = false },
      { id = 3, username = "c", admin = true, active = true },
      { id = 4, username = "d", admin = true, active = true } }
    assert.same({ id = 3, username = "c", admin = true, door = "console" }, service(users):actor())
    assert.same({ username = "console", admin = true, door = "console" }, service({}):actor())
    users[3].active, users[4] = false, nil
    assert.same({ username = "console", admin = true, door = "console" }, service(users):actor())
  end)

  it("records chunks on one line, cut, without secrets", function()
    local one, entries = service {}
    local cases = {
      { "1 + 1", "1 + 1" }, { "a\nb\27", "a\\x0ab\\x1b" },
      { 'users:create{password = "x y", name = "n"}', 'users:create{password = "…", name = "n"}' },
      { "user(1):passwd{password='x',current='y'}", "user(1):passwd{password='…',current='…'}" },
      { "{password = [[x]]}", "{password = [[…]]}" },
      { "{password=[==[x]]]==]}", "{password=[[…]]}" },
      { "my_password = 'kept'", "my_password = 'kept'" },
    }
    for i, case in ipairs(cases) do
      one:record({ id = 7, door = "console" }, case[1], { "password", "current" })
      assert.same({ at = 1000, user_id = 7, door = "console", action = "console",
        detail = case[2] }, entries[i])
    end
    one:record({}, ("ä"):rep(5000), {})
    assert.equal(4000, utf8.len(entries[#entries].detail))
  end)

  it("reads at most a thousand rows", function()
    local rows = {}
    for i = 1, 1500 do rows[i] = { id = i } end
    local one, entries = service({}, rows)
    assert.equal(1000, #one:query("SELECT", { 1, nil, 3, n = 3 }))
    assert.same({ 1, nil, 3, n = 3 }, entries.values)
  end)

  it("leaves no transaction open, which would go on reading the past", function()
    local one, entries = service({}, {})
    one:query("BEGIN", { n = 0 })
    assert.is_false(entries.open)
  end)

  it("says what the database did not like", function()
    local one = service({}, {})
    assert.equal("no such table: x", select(2, one:query("wrong", { n = 0 })).text)
    assert.matches("It took too long", select(2, one:query("slow", { n = 0 })).text)
    assert.equal("console.no_reader", select(2, service({}):query("x", { n = 0 })).code)
  end)
end)
