-- Specs of scheduler.log: a job's log begins empty, holds whole lines whatever the disk does, and rings.
local logs = require "scheduler.log"
local support = require "spec.support.scheduler"

describe("A job's log", function()
  local host
  before_each(function() host = support.new() end)
  after_each(function() host:close() end)

  local function content() return host.ports.root:read("logs/jobs/7.log", 1 << 20) end

  it("is there as soon as its job begins, and empty also when an old file lay there", function()
    host.ports.root:write("logs/jobs/7.log", "from a database that is no more\n")
    local log <close> = logs.begin(host.ports, 7)
    assert.equal("", content())
    assert.equal(416, host.ports.root:stat("logs/jobs/7.log").mode) -- 0640
    log:write "1 O a\n"
    assert.equal("1 O a\n", content())
  end)

  it("rings its job's topic with each write", function()
    local log <close> = logs.begin(host.ports, 7)
    log:write "1 O a\n"
    log:say "b"
    assert.same({ "job:7", "job:7" }, host.ports.hub.rung)
    assert.matches("^1 O a\n%d+ E b\n$", content())
  end)

  it("taken up again goes on on a line of its own, whether the last one was torn or not", function()
    for _, case in ipairs { { "1 O torn", "1 O torn\n2 E x\n" }, { "1 O whole\n", "1 O whole\n2 E x\n" },
      { "", "2 E x\n" } } do
      host.ports.root:write("logs/jobs/7.log", case[1])
      local log <close> = logs.resume(host.ports, 7)
      log:write "2 E x\n"
      assert.equal(case[2], content())
    end
  end)

  it("that was never written can be taken up again", function()
    local log <close> = logs.resume(host.ports, 9)
    assert.is_true(log:say "x")
  end)

  -- A file that takes so many bytes and then fails, as one on a full disk does.
  local function filling(log, room)
    local file = log.file
    log.file = setmetatable({}, { __index = function(_, name)
      return function(_, text)
        if name ~= "write" then return file[name](file, text) end
        file:write(text:sub(1, room))
        room = 0
        return nil, "write: No space left on device", "ENOSPC"
      end
    end })
    return function() log.file = file end
  end

  it("has whole lines again after the disk was full, wherever it was cut", function()
    local lines = "1 O first\n1 O second\n"
    for room = 0, #lines - 1 do
      local log <close> = logs.begin(host.ports, 7)
      local free_space = filling(log, room)
      assert.same({ nil, "write: No space left on device", "ENOSPC" }, { log:write(lines) })
      assert.is_nil((log:write "1 O lost\n1 O lost too, and longer\n"))
      free_space()
      assert.is_true(log:write "2 O after\n")
      assert.is_true(log:write "3 O more\n")
      local cut = lines:sub(1, room)
      local torn = cut ~= "" and cut:sub(-1) ~= "\n"
      assert.equal(cut .. (torn and "\n" or "") .. "2 O after\n3 O more\n", content())
    end
  end)

  it("that could not be made when its job began is made when there is room", function()
    host.ports.root:remove_tree "logs"
    local log <close> = logs.begin(host.ports, 7)
    assert.is_nil((log:write "1 O a\n"))
    host.ports.root:mkdirs "logs/jobs"
    assert.is_true(log:write "2 O b\n")
    assert.equal("2 O b\n", content())
  end)

  it("keeps no more of the output than there is room for, says so once, and keeps our own words", function()
    host.ports.log_bytes = 20
    local log <close> = logs.begin(host.ports, 7)
    for _ = 1, 5 do assert.is_true(log:write "1 O a line\n") end
    log:say "the end"
    assert.matches("^1 O a line\n1 O a line\n"
      .. "%d+ E The output is too long: nothing more of it is kept.\n%d+ E the end\n$", content())
  end)

  it("begins each line at the offset where the one before ended: a reader goes on from any of them", function()
    local log <close> = logs.begin(host.ports, 7)
    local offsets, all = { 0 }, ""
    for i = 1, 50 do
      local line = ("%d O %s\n"):format(i, ("é"):rep(i))
      log:write(line)
      all = all .. line
      offsets[#offsets + 1] = #all
    end
    local reader <close> = host.ports.root:open("logs/jobs/7.log", "r")
    for i, offset in ipairs(offsets) do
      reader:seek(offset)
      local rest = ""
      for data in function() return (reader:read(4096)) end do rest = rest .. data end
      assert.equal(all:sub(offset + 1), rest)
      assert.is_true(i == #offsets or rest:find("^" .. i .. " O ") ~= nil)
    end
  end)
end)
