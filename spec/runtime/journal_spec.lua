-- host.journal: one unit's entries out of real journal files, from a place on, while the files change.
local descriptors = require "spec.support.descriptors"
local journal = require "host.journal"
local journal_files = require "spec.support.journal_files"
local loop = require "host.loop"
local proc = require "host.proc"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"

describe("host.journal", function()
  local files
  before_each(function() files = journal_files.new() end)
  after_each(function() files:remove() end)

  local FIRST, SECOND = ("1"):rep(32), ("2"):rep(32)

  -- An entry of the unit, of its run `invocation`.
  local function line(text, fields)
    local entry = { MESSAGE = text, _SYSTEMD_UNIT = "game.service", PRIORITY = 6, _PID = 700 }
    for name, value in pairs(fields or {}) do entry[name] = value end
    return entry
  end

  local function lines(from, to)
    local out = {}
    for i = from, to do out[#out + 1] = line("line " .. i) end
    return out
  end

  local function open(options)
    options = options or {}
    options.unit, options.directory = options.unit or "game.service", files.path
    return assert(journal.open(options))
  end

  local function rest(j)
    local out = {}
    for entry in function() return (j:next()) end do out[#out + 1] = entry.text end
    return out
  end

  local function texts(options)
    local j <close> = open(options)
    return rest(j)
  end

  it("gives the unit's own entries in order, with their fields", function()
    files:add { line("one", { PRIORITY = 3, _PID = 41 }), { MESSAGE = "another", _SYSTEMD_UNIT = "game.service2" },
      line "two" }
    local j <close> = open()
    assert.same({
      text = "one", priority = 3, pid = 41, time = 1700000000001, manager = false, broken = false,
    }, j:next())
    assert.equal("two", j:next().text)
    assert.same({ nil, "again" }, { j:next() })
  end)

  it("gives what was said of the unit by PID 1 alone, and only when asked", function()
    files:add {
      line "printed",
      { MESSAGE = "Started it.", _PID = 1, _SYSTEMD_UNIT = "init.scope", UNIT = "game.service" },
      { MESSAGE = "a forgery", _PID = 99, _SYSTEMD_UNIT = "evil.service", UNIT = "game.service" },
    }
    assert.same({ "printed" }, texts())
    local j <close> = open { manager = true }
    assert.is_false(j:next().manager)
    local entry = j:next()
    assert.same({ "Started it.", true, 1 }, { entry.text, entry.manager, entry.pid })
    assert.is_nil(j:next())
  end)

  it("gives one run of the unit only, its own words and systemd's", function()
    files:add {
      line("old", { _SYSTEMD_INVOCATION_ID = FIRST }), line("new", { _SYSTEMD_INVOCATION_ID = SECOND }),
      { MESSAGE = "old ended", _PID = 1, UNIT = "game.service", INVOCATION_ID = FIRST },
      { MESSAGE = "new ended", _PID = 1, UNIT = "game.service", INVOCATION_ID = SECOND },
    }
    assert.same({ "new" }, texts { invocation = SECOND })
    assert.same({ "new", "new ended" }, texts { invocation = SECOND, manager = true })
    assert.same({}, texts { invocation = ("3"):rep(32) })
  end)

  it("gives what began with an invocation, and went on through restarts, when asked", function()
    local third = ("3"):rep(32)
    files:add {
      line("old", { _SYSTEMD_INVOCATION_ID = FIRST }), line("run", { _SYSTEMD_INVOCATION_ID = SECOND }),
      line("crashed", { _SYSTEMD_INVOCATION_ID = SECOND }), line("again", { _SYSTEMD_INVOCATION_ID = third }),
    }
    local function of(invocation, tail, after)
      return texts { invocation = invocation, restarts = true, tail = tail, after = after }
    end
    assert.same({ "run", "crashed", "again" }, of(SECOND))
    assert.same({ "run", "crashed", "again" }, of(SECOND, 10))
    assert.same({ "old", "run", "crashed", "again" }, of(FIRST, 10))
    local j <close> = open()
    for _ = 1, 3 do j:next() end
    assert.same({ "again" }, of(SECOND, 10, j:cursor()))
    local silent <close> = open { invocation = ("4"):rep(32), restarts = true, tail = 10 }
    assert.is_nil(silent:next())
    files:add { line("first", { _SYSTEMD_INVOCATION_ID = ("4"):rep(32) }) }
    assert.same({ "first" }, rest(silent))
  end)

  it("gives one boot only", function()
    files:add { line("before", { _BOOT_ID = FIRST }), line("after", { _BOOT_ID = SECOND }) }
    assert.same({ "after" }, texts { boot = SECOND })
  end)

  it("begins behind a cursor, be it of the unit's own entry or of another", function()
    files:add { line "one", line "two", { MESSAGE = "other", _SYSTEMD_UNIT = "x.service" }, line "three" }
    local j <close> = open()
    j:next()
    local first = j:cursor()
    assert.same({ "two", "three" }, texts { after = first })
    local other <close> = open { unit = "x.service" }
    other:next()
    assert.same({ "three" }, texts { after = other:cursor() })
    assert.same({}, texts { after = journal.cursor(files.path) })
    assert.equal(first, j:cursor())
  end)

  it("goes on behind the end's cursor with what comes", function()
    files:add { line "one" }
    local j <close> = open { after = journal.cursor(files.path) }
    assert.is_nil(j:next())
    files:add { line "two" }
    assert.same({ "two" }, rest(j))
  end)

  it("begins so many entries before the end, but not before the cursor", function()
    files:add(lines(1, 9))
    assert.same({ "line 8", "line 9" }, texts { tail = 2 })
    assert.equal(9, #texts { tail = 1000000 })
    assert.same({}, texts { tail = 0 })
    local j <close> = open()
    for _ = 1, 6 do j:next() end
    assert.same({ "line 7", "line 8", "line 9" }, texts { tail = 5, after = j:cursor() })
    assert.same({ "line 9" }, texts { tail = 1, after = j:cursor() })
    files:add { { MESSAGE = "other", _SYSTEMD_UNIT = "x.service" } }
    local last <close> = open { tail = 5, after = journal.cursor(files.path) }
    assert.is_nil(last:next())
    files:add(lines(10, 10))
    assert.same({ "line 10" }, rest(last))
  end)

  it("with no entries before the end gives those that come, also in a journal that had none", function()
    local j <close> = open { tail = 0 }
    assert.is_number(j:fd())
    files:add { line "first" }
    j:process()
    assert.same({ "first" }, rest(j))
    local second <close> = open { tail = 0 }
    files:add { line "second" }
    assert.same({ { "second" }, { "second" } }, { rest(j), rest(second) })
  end)

  it("has no cursor in an empty journal, nor of an entry before one was given", function()
    assert.is_nil((journal.cursor(files.path)))
    files:add { line "one" }
    local j <close> = open()
    assert.same({ nil, "again" }, { j:cursor() })
    j:next()
    assert.is_true(journal.is_cursor(j:cursor()))
    assert.equal(j:cursor(), (journal.cursor(files.path)))
  end)

  it("gives any bytes as they are, and no text where there is none", function()
    local bytes = "a\0b\n\27[31m\xFF\xC3=x\n"
    files:add { line(bytes), { _SYSTEMD_UNIT = "game.service", PRIORITY = 5 }, line "" }
    assert.same({ bytes, "", "" }, texts())
  end)

  it("gives lines of 48 KiB whole, and says of broken ones that they go on", function()
    local long = ("x"):rep(48 * 1024)
    files:add {
      line(long, { _LINE_BREAK = "line-max" }), line("and on", { _LINE_BREAK = "pid-change" }), line "end",
      line("left open", { _LINE_BREAK = "eof" }),
    }
    local j <close> = open()
    local found = {}
    for entry in function() return (j:next()) end do found[#found + 1] = { #entry.text, entry.broken } end
    assert.same({ { #long, true }, { 6, false }, { 3, false }, { 9, false } }, found)
  end)

  it("cuts what is longer than 256 KiB, compressible or not", function()
    local noise = require("host.crypto").random(300000)
    files:add { line(("x"):rep(300000)), line(noise), line "after" }
    local found = texts()
    assert.equal(("x"):rep(262144), found[1])
    assert.equal(noise:sub(1, 262144), found[2])
    assert.equal("after", found[3])
  end)

  it("goes on over a rotation, losing and doubling nothing", function()
    files:add(lines(1, 3))
    local j <close> = open()
    assert.is_number(j:fd())
    j:next()
    files:rotate()
    files:add(lines(4, 5))
    j:process()
    assert.same({ "line 2", "line 3", "line 4", "line 5" }, rest(j))
    files:rotate()
    files:add(lines(6, 6))
    j:process()
    assert.same({ "line 6" }, rest(j))
  end)

  it("wakes a loop when a file is added, and tells when to look without being woken", function()
    local j <close> = open()
    local l <close> = assert(loop.new())
    l:add(j:fd(), "r", "journal")
    assert.equal("nop", j:process())
    files:add { line "one" }
    assert.equal("journal", l:wait(5000)[1].tag)
    assert.not_equal("nop", j:process())
    assert.same({ "one" }, rest(j))
    assert.is_true(j:timeout() > 0 and j:timeout() <= 50)
  end)

  it("refuses whatever has not the form of a cursor", function()
    files:add { line "one" }
    local good = journal.cursor(files.path)
    local bad = {
      "", "x", good .. ";", good .. ";x=1", good:upper(), good .. "\n", ("s=1;"):rep(1000), "../../etc/passwd",
    }
    for _, change in ipairs {
      { "^s=", "s=g" }, { "s=%x", "s=" }, { "i=%x+", "i=" }, { ";b=%x+", "" }, { "t=", "t= " }, { "t=", "t=-" },
      { "i=%x+", "i=" .. ("f"):rep(17) },
    } do
      bad[#bad + 1] = good:gsub(change[1], change[2])
    end
    assert.equal(15, #bad)
    for _, text in ipairs(bad) do
      assert.is_false(journal.is_cursor(text), text)
      assert.equal("EINVAL", select(3, journal.open { unit = "game.service", after = text, directory = files.path }))
    end
    assert.is_false(journal.is_cursor(good .. "\0"))
    assert.has_error(function() open { after = good .. "\0" } end)
    assert.equal("EINVAL", select(3, journal.open { unit = "game.service", after = good .. "g" }))
  end)

  it("stands a cursor of any numbers, and of a journal that is gone", function()
    files:add(lines(1, 3))
    local far = ("s=%s;i=%s;b=%s;m=%s;t=%s;x=%s"):format(FIRST, ("f"):rep(16), FIRST, ("f"):rep(16), ("f"):rep(16),
      ("f"):rep(16))
    assert.same({}, texts { after = far })
    assert.equal(3, #texts { after = (far:gsub("([imtx])=f+", "%1=0")) })
  end)

  it("refuses names and ids that are none", function()
    for _, unit in ipairs { "", "a b", "a=b", "a/b", "a\nb", ("x"):rep(256) } do
      assert.equal("EINVAL", select(3, journal.open { unit = unit, directory = files.path }))
    end
    for _, id in ipairs { "", "1", ("g"):rep(32), ("1"):rep(33), ("A"):rep(32) } do
      assert.equal("EINVAL", select(3, journal.open { unit = "a", invocation = id, directory = files.path }))
      assert.equal("EINVAL", select(3, journal.open { unit = "a", boot = id, directory = files.path }))
    end
  end)

  it("names the group to those who may not read the files", function()
    files:add { line "one" }
    os.execute(("chmod 755 '%s'"):format(files.path))
    local file <close> = assert(io.open(files.path .. "/try.lua", "w"))
    file:write(([[print(select(2, require("host.journal").open { unit = "game.service", directory = %q }))
      print((select(3, require("host.journal").cursor(%q))))]]):format(files.path, files.path))
    file:close()
    local result = assert(proc.run {
      argv = scratch.as_nobody { runtime.executable, "lua", files.path .. "/try.lua" }, timeout_ms = 30000,
    })
    assert.matches("only members of the group systemd%-journal may read.*EACCES\nEACCES", result.stdout)
  end)

  it("says that a machine has no journal", function()
    assert.equal("ENOENT", select(3, journal.open { unit = "a", directory = files.path .. "/none" }))
    assert.equal("ENOENT", select(3, journal.cursor(files.path .. "/none")))
  end)

  it("raises on misuse: no unit, an unknown option, a closed handle", function()
    assert.has_error(function() journal.open {} end)
    assert.has_error(function() journal.open { unit = "a", follow = true } end)
    local j = open()
    j:close()
    j:close()
    assert.error_matches(function() j:next() end, "closed host.journal")
  end)

  it("leaks no descriptor when memory runs out at any point", function()
    files:add(lines(1, 3))
    local before = descriptors.count()
    descriptors.fail_each_allocation(([[
      local journal = require "host.journal"
      local j <close> = assert(journal.open { unit = "game.service", directory = %q, tail = 2 })
      assert(j:fd())
      assert(j:next().text == "line 2" and j:cursor() and j:process())
      assert(journal.cursor(%q))
    ]]):format(files.path, files.path))
    assert.equal(before, descriptors.count())
  end)
end)
