-- Specs of backends.standalone.watch: what supervisors do to their files is noticed, without looking at any of them.
local fs = require "host.fs"
local loop = require "host.loop"
local watch = require "backends.standalone.watch"

describe("The watch over servers", function()
  local directory, root, watcher
  before_each(function()
    local pipe = assert(io.popen "mktemp -d")
    directory = pipe:read "l"
    pipe:close()
    root = assert(fs.root(directory))
    watcher = watch.new(root, directory)
  end)
  after_each(function()
    if watcher.events then watcher.events:close() end
    root:close()
    os.execute("rm -rf -- '" .. directory .. "'")
  end)

  local function publish(name, text)
    assert(root:mkdirs "run/servers")
    assert(root:write(("run/servers/%s.json"):format(name), text or "{}"))
  end

  local function print_line(name, run)
    assert(root:mkdirs("logs/servers/" .. name))
    local file <close> = assert(root:append(("logs/servers/%s/%s.log"):format(name, run or "0123abcd")))
    file:write "a line\n"
  end

  it("begins with every server that ever ran, then says what changes and what of it", function()
    publish "1"
    publish "2"
    print_line "1"
    assert.same({ ["1"] = "status", ["2"] = "status" }, watcher:changed())
    assert.same({}, watcher:changed())
    print_line "1"
    assert.same({ ["1"] = "log" }, watcher:changed())
    publish "2"
    print_line "1"
    assert.same({ ["1"] = "log", ["2"] = "status" }, watcher:changed())
    publish "1"
    print_line "1"
    assert.same({ ["1"] = "status" }, watcher:changed())
    assert.same({}, watcher:changed())
  end)

  it("wakes whoever waits for its descriptor", function()
    watcher:changed()
    local l <close> = assert(loop.new())
    l:add(watcher:fd(), "r", "changed")
    assert.same({}, l:wait(0))
    publish "7"
    assert.equal(1, #l:wait(5000))
  end)

  it("follows a server from its first start on, and the log of each of its runs", function()
    watcher:changed()
    print_line "7"
    publish "7"
    assert.same({ ["7"] = "status" }, watcher:changed())
    print_line "7"
    assert.same({ ["7"] = "log" }, watcher:changed())
    print_line("7", "beef")
    assert.same({ ["7"] = "log" }, watcher:changed())
  end)

  it("notices that a supervisor ended, however it ended: the lock is closed", function()
    publish "7"
    watcher:changed()
    local lock = assert(root:lock("run/servers/7.lock", "1"))
    watcher:changed()
    assert.same({}, watcher:changed())
    lock:close()
    assert.same({ ["7"] = "status" }, watcher:changed())
  end)

  it("notices that a server was deleted, and takes it up again should it come back", function()
    publish "7"
    print_line "7"
    watcher:changed()
    root:remove_tree "logs/servers/7"
    root:remove "run/servers/7.json"
    assert.same({ ["7"] = "status" }, watcher:changed())
    print_line "7"
    publish "7"
    watcher:changed()
    print_line "7"
    assert.same({ ["7"] = "log" }, watcher:changed())
  end)

  it("takes everyone for changed when events were lost or its folder was", function()
    publish "1"
    watcher:changed()
    local events = watcher.events
    watcher.events = { read = function()
      watcher.events = events
      return { { lost = true } }
    end }
    assert.same({ ["1"] = "status" }, watcher:changed())
    print_line "1"
    publish "1"
    watcher:changed()
    print_line "1"
    assert.same({ ["1"] = "log" }, watcher:changed())
    root:remove_tree "run"
    watcher:changed()
    publish "3"
    assert.same({ ["3"] = "status" }, watcher:changed())
  end)

  it("takes everyone for changed, always, when the kernel gives it no watch", function()
    publish "1"
    watcher.events:close()
    watcher.events = {
      add = function(_, path)
        if path:find("run/servers", 1, true) then return 1 end
        return nil, "No space left on device", "ENOSPC"
      end,
      read = function() return nil, "again" end, fd = function() return 1 end, close = function() end,
    }
    print_line "1"
    assert.same({ ["1"] = "status" }, watcher:changed())
    assert.same({ ["1"] = "status" }, watcher:changed())
    assert.is_nil(watcher:fd())
  end)
end)
