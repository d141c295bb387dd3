-- host.watch: what happens to watched files is read as events, each after it is done.
local descriptors = require "spec.support.descriptors"
local fs = require "host.fs"
local loop = require "host.loop"
local watch = require "host.watch"

describe("host.watch", function()
  local directory, root, w
  before_each(function()
    local pipe = assert(io.popen "mktemp -d")
    directory = pipe:read "l"
    pipe:close()
    root = assert(fs.root(directory))
    w = assert(watch.new())
  end)
  after_each(function()
    w:close()
    root:close()
    os.execute("rm -rf -- '" .. directory .. "'")
  end)

  -- Everything that happened, as a list of "id name".
  local function events()
    local out = {}
    for list in function() return (w:read()) end do
      for _, event in ipairs(list) do
        out[#out + 1] = ("%d %s%s"):format(event.id, event.name or "-", event.gone and " gone" or "")
      end
    end
    return out
  end

  local function append(name, text)
    local file <close> = assert(root:append(name))
    file:write(text)
  end

  it("says again while nothing happened, and wakes a loop when something did", function()
    w:add(directory, "written")
    assert.same({ nil, "again" }, { w:read() })
    local l <close> = assert(loop.new())
    l:add(w:fd(), "r", "changed")
    assert.same({}, l:wait(0))
    append("a", "x")
    assert.equal("changed", l:wait(5000)[1].tag)
  end)

  it("tells the file of a watched directory, and only of the kinds asked for", function()
    local id = w:add(directory, "arrived")
    root:write("a", "x") -- a temporary file, renamed
    append("a", "y")
    assert.same({ id .. " a" }, events())
    assert.equal(id, w:add(directory, "written", "closed", "removed"))
    append("a", "z")
    assert.same({ id .. " a", id .. " a" }, events())
    root:remove "a"
    assert.same({ id .. " a" }, events())
  end)

  it("tells of many writes in a row as of one", function()
    append("a", "")
    local id = w:add(directory .. "/a", "written")
    local file <close> = assert(root:append "a")
    for _ = 1, 100 do file:write "x" end
    assert.same({ id .. " -" }, events())
  end)

  it("tells when a writer is gone, however it went", function()
    append("a", "")
    local id = w:add(directory .. "/a", "closed")
    os.execute(("bash -c 'exec 9>>%s/a; kill -KILL $$' 2>/dev/null"):format(directory))
    assert.same({ id .. " -" }, events())
  end)

  it("tells that a watch is over when what it watched is removed, and when it is told to stop", function()
    root:mkdir "d"
    local d, all = w:add(directory .. "/d", "made"), w:add(directory, "made")
    root:remove "d"
    assert.same({ d .. " - gone" }, events())
    assert.is_true(w:remove(all))
    assert.same({ all .. " - gone" }, events())
    assert.same({ nil, "EINVAL" }, { w:remove(all), (select(3, w:remove(all))) })
  end)

  it("reads more events than one look holds", function()
    w:add(directory, "made")
    for i = 1, 500 do append(("file with a long name, number %d"):format(i), "") end
    assert.equal(500, #events())
  end)

  it("names a path that is not there, and follows no link at its end", function()
    assert.equal("ENOENT", (select(3, w:add(directory .. "/none", "made"))))
    root:symlink("/etc/hostname", "link")
    local id = w:add(directory .. "/link", "closed")
    assert.is_number(id)
    assert.same({}, events())
  end)

  it("raises on misuse: no kind, a wrong kind, a closed handle", function()
    assert.has_error(function() w:add(directory) end)
    assert.has_error(function() w:add(directory, "eaten") end)
    w:close()
    w:close()
    assert.error_matches(function() w:read() end, "closed host.watch")
  end)

  it("leaks no descriptor when memory runs out at any point", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local w <close> = assert(require("host.watch").new())
      assert(w:add("/tmp", "made"))
      w:read()
    ]]
    assert.equal(before, descriptors.count())
  end)
end)
