-- backends.systemd.output: a build's lines by their stream, up to the relay's mark or a silence.
local journal = require "host.journal"
local journal_files = require "spec.support.journal_files"
local output = require "backends.systemd.output"

describe("The output of a build's unit", function()
  local UNIT <const> = "build-overlay@7.service"
  local MARK <const> = "left4me: end of output, exit code 3"
  local files, after
  before_each(function()
    files = journal_files.new()
    files:add { { MESSAGE = "of an earlier build", _SYSTEMD_UNIT = UNIT, PRIORITY = 6 } }
    after = journal.cursor(files.path)
  end)
  after_each(function() files:remove() end)

  local function printed(text, priority, line_break)
    return { MESSAGE = text, _SYSTEMD_UNIT = UNIT, PRIORITY = priority or 6, _LINE_BREAK = line_break }
  end

  local function open()
    return assert(output.new { unit = UNIT, after = after, directory = files.path })
  end

  local function plain(lines)
    local out = {}
    for i, line in ipairs(lines) do out[i] = line.stream .. " " .. line.text end
    return out
  end

  it("is read in order, each line with its stream, until the mark", function()
    files:add { printed "one", printed("wrong", 3), printed "two" }
    local o <close> = open()
    assert.same({ "stdout one", "stderr wrong", "stdout two" }, plain(o:read()))
    assert.same({}, o:read())
    assert.is_nil(o:exit_code())
    files:add { printed "three", printed(MARK, 7), printed "of a later build" }
    assert.same({ "stdout three" }, plain(o:read()))
    assert.equal(3, o:exit_code())
    assert.same({}, o:read())
  end)

  it("is not ended by a script that prints the mark itself", function()
    files:add { printed(MARK), printed(MARK, 3), printed("something else", 7), printed(MARK .. "x", 7) }
    local o <close> = open()
    assert.same({ "stdout " .. MARK, "stderr " .. MARK, "stdout something else", "stdout " .. MARK .. "x" },
      plain(o:read()))
    assert.is_nil(o:exit_code())
  end)

  it("is given as the script wrote it, empty lines too", function()
    files:add { printed "\u{200B}", printed "  \u{200B}", printed " b" }
    local o <close> = open()
    assert.same({ "stdout ", "stdout   ", "stdout  b" }, plain(o:read()))
  end)

  it("has broken lines joined, and bounded", function()
    files:add { printed(("x"):rep(20000), 3, "line-max"), printed(("y"):rep(20000), 6, "line-max"), printed "end" }
    local o <close> = open()
    assert.same({ "stderr " .. ("x"):rep(20000) .. ("y"):rep(12768) }, plain(o:read()))
  end)

  it("gives a line that was left open before the mark", function()
    files:add { printed("half", 6, "line-max"), printed(MARK, 7) }
    local o <close> = open()
    assert.same({ "stdout half" }, plain(o:read()))
    assert.equal(3, o:exit_code())
  end)

  it("is followed by its descriptor", function()
    local o <close> = open()
    assert.is_number(o:fd())
    assert.is_true(o:patience(1000) <= 50)
    assert.equal(0, o:patience(-5))
    files:add { printed "one" }
    assert.same({ "stdout one" }, plain(o:read()))
  end)

  it("is drained to the mark, however late that comes", function()
    files:add { printed "one" }
    local o <close> = open()
    local heard = {}
    o:drain(function(fd, ms)
      assert.equal(o:fd(), fd)
      assert.is_true(ms <= 500)
      files:add { printed "two", printed(MARK, 7) }
    end, function(line) heard[#heard + 1] = line end)
    assert.same({ "stdout one", "stdout two" }, plain(heard))
    assert.equal(3, o:exit_code())
  end)

  it("without a mark is drained when nothing more comes, an open line included", function()
    files:add { printed("half", 6, "line-max") }
    local o <close> = open()
    local heard, waits = {}, 0
    local loop = require "host.loop"
    local poll <close> = loop.new()
    poll:add(o:fd(), "r", "journal")
    o:drain(function(_, ms)
      waits = waits + 1
      poll:wait(ms)
    end, function(line) heard[#heard + 1] = line end)
    assert.same({ "stdout half" }, plain(heard))
    assert.is_true(waits > 1)
    assert.is_nil(o:exit_code())
  end)

  it("is given in parts when there is much of it", function()
    local entries = {}
    for i = 1, 2500 do entries[i] = printed("line " .. i) end
    files:add(entries)
    local o <close> = open()
    local count = 0
    while true do
      local lines = o:read()
      if not lines[1] then break end
      assert.is_true(#lines <= 1000)
      for _, line in ipairs(lines) do
        count = count + 1
        assert.equal("line " .. count, line.text)
      end
    end
    assert.equal(2500, count)
  end)

  it("says why it cannot be followed", function()
    assert.equal("ENOENT", select(3, output.new { unit = UNIT, directory = files.path .. "/none" }))
    assert.equal("EINVAL", select(3, output.new { unit = UNIT, after = "x", directory = files.path }))
  end)
end)
