-- host.mount: plans, their overlays, and how they fail.
local mount = require "host.mount"
local scratch = require "spec.support.scratch"

local function layers(s)
  s:fill { ["low/a"] = "low a", ["low/b"] = "low b", ["high/b"] = "high b", ["upper/"] = "", ["work/"] = "",
    ["merged/"] = "" }
end

local OVERLAY = [[
local plan = { { op = "overlay", lower = { path .. "/high", path .. "/low" }, upper = path .. "/upper",
  work = path .. "/work", to = path .. "/merged", append = %s } }
]]

for _, append in ipairs { "true", "false" } do
  describe("An overlay with append = " .. append, function()
    local s
    before_each(function()
      s = scratch.new()
      layers(s)
    end)
    after_each(function() s:remove() end)

    it("shows the highest layer's file and keeps what is written in the upper layer", function()
      local seen = s:in_mount_namespace(OVERLAY:format(append) .. [[
        assert(mount.apply(plan))
        local merged = fs.root(path .. "/merged")
        print(merged:read("a", 99), merged:read("b", 99))
        merged:write("b", "written")
        merged:remove("a")
        merged:close()
        print(mount.mounted(path .. "/merged"), mount.umount(path .. "/merged"), mount.mounted(path .. "/merged"))
      ]])
      assert.equal("low a\thigh b\ntrue\ttrue\tfalse\n", seen)
      assert.equal("written", s.dir:read("upper/b", 99))
      assert.equal("high b", s.dir:read("high/b", 99))
      assert.equal("low a", s.dir:read("low/a", 99))
    end)

    it("takes any layer name a file system can hold", function()
      local name = "a,b:c\\d e" .. ("x"):rep(200)
      s:fill { [name .. "/c"] = "odd" }
      local seen = s:in_mount_namespace(OVERLAY:format(append) .. ([[
        table.insert(plan[1].lower, 1, path .. "/" .. %q)
        assert(mount.apply(plan))
        print(fs.root(path .. "/merged"):read("c", 99))
      ]]):format(name))
      assert.equal("odd\n", seen)
    end)

    it("takes 500 layers and refuses 501 with the number", function()
      for i = 1, 499 do s:fill { [("many/%d/f%d"):format(i, i)] = "" } end
      local seen = s:in_mount_namespace(OVERLAY:format(append) .. [[
        for i = 1, 498 do table.insert(plan[1].lower, path .. "/many/" .. i) end
        assert(mount.apply(plan))
        print(fs.root(path .. "/merged"):stat("f498").type)
        table.insert(plan[1].lower, path .. "/many/499")
        print((select(2, mount.apply(plan))))
      ]])
      assert.equal(("file\nstep 1: overlay %s/merged: 1 to 500 layers, not 501: Invalid argument\n")
        :format(s.path), seen)
    end)

    it("takes no layer through a link out of the directory all are beneath", function()
      s:fill { ["layers/1/real/b"] = "real", ["secret/b"] = "secret" }
      assert(s.dir:symlink("../../secret", "layers/1/out"))
      assert(s.dir:symlink(s.path .. "/secret", "layers/1/far"))
      assert(s.dir:symlink("real", "layers/1/in"))
      local seen = s:in_mount_namespace(OVERLAY:format(append) .. [[
        plan[1].beneath = path .. "/layers"
        for _, name in ipairs { "out", "far", "in" } do
          plan[1].lower[1] = path .. "/layers/1/" .. name
          print((select(3, mount.apply(plan))))
        end
        print(fs.root(path .. "/merged"):read("b", 99))
      ]])
      assert.equal("EXDEV\nEXDEV\nnil\nreal\n", seen)
    end)

    it("names the layer that is missing and leaves nothing mounted", function()
      local seen = s:in_mount_namespace(OVERLAY:format(append) .. [[
        plan[1].lower[2] = path .. "/gone"
        print(mount.apply(plan))
        print(mount.mounted(path .. "/merged"))
      ]])
      assert.equal(("nil\tstep 1: overlay %s/merged: layer %s/gone: No such file or directory\tENOENT\nfalse\n")
        :format(s.path, s.path), seen)
    end)
  end)
end

describe("An upper layer written by fuse-overlayfs", function()
  it("is refused, because what was deleted in it would come back", function()
    local s <close> = scratch.new()
    layers(s)
    s:fill { ["upper/deep/down/"] = "" }
    local mark = "import os,sys; os.setxattr(sys.argv[1], 'user.fuseoverlayfs.opaque', b'y')"
    local set = require("host.proc").run { argv = { "python3", "-c", mark, s.path .. "/upper/deep/down" } }
    if not set or set.code ~= 0 then return pending("no python3 here to set an extended attribute") end
    local seen = s:in_mount_namespace(OVERLAY:format("true") .. "print(select(2, mount.apply(plan)))")
    assert.truthy(seen:find("was written by fuse-overlayfs, reset it first", 1, true), seen)
  end)
end)

describe("mount.apply", function()
  it("binds read-only, recursively, without devices or set-user-ID", function()
    local s <close> = scratch.new()
    s:fill { ["from/file"] = "content" }
    local seen = s:in_mount_namespace [[
      assert(mount.apply {
        { op = "tmpfs", to = path .. "/from/inner", size = 65536, mode = 448 },
        { op = "file", to = path .. "/from/inner/deep", data = "beneath", mode = 384 },
      })
      assert(mount.apply {
        { op = "bind", from = path .. "/from", to = path .. "/to", ro = true },
        { op = "bind", from = path .. "/nowhere", to = path .. "/left_out", optional = true },
        { op = "symlink", target = "anywhere", to = path .. "/link" },
        { op = "dir", to = path .. "/some/where", mode = 448 },
      })
      local here = fs.root(path)
      print(here:read("to/file", 99), here:readlink("link"), here:stat("some/where").mode, here:stat("left_out"))
      assert(here:read("to/inner/deep", 99) == "beneath")
      print(select(3, here:write("to/file", "x")))
      for line in io.lines("/proc/self/mountinfo") do
        local point, options = line:match("^%d+ %d+ %S+ %S+ (%S+) (%S+)")
        if point:find(path .. "/to", 1, true) then print(options) end
      end
    ]]
    local first, code, rest = seen:match("^(.-)\n(.-)\n(.*)$")
    assert.equal("content\tanywhere\t448\tnil", first:match("^(.-nil)"))
    assert.equal("EROFS", code)
    local mounts = 0
    for options in rest:gmatch("[^\n]+") do
      mounts = mounts + 1
      for _, option in ipairs { "ro", "nosuid", "nodev" } do
        assert.truthy(("," .. options .. ","):find("," .. option .. ",", 1, true), options)
      end
    end
    assert.equal(2, mounts)
  end)

  it("opens what it takes before it covers anything", function()
    local s <close> = scratch.new()
    s:fill { ["view/secret"] = "kept" }
    local seen = s:in_mount_namespace [[
      assert(mount.apply {
        { op = "tmpfs", to = path .. "/view" },
        { op = "bind", from = path .. "/view/secret", to = path .. "/view/taken" },
      })
      local view = fs.root(path .. "/view")
      print(view:read("taken", 99), view:stat("secret"))
    ]]
    assert.equal("kept\tnil", seen:match("^(kept\tnil)"))
  end)

  it("says which step failed, on what, and why", function()
    local s <close> = scratch.new()
    local seen = s:in_mount_namespace [[
      print(mount.apply {
        { op = "dir", to = path .. "/made" },
        { op = "bind", from = path .. "/absent", to = path .. "/made" },
      })
    ]]
    assert.equal(("nil\tstep 2: bind %s/made from %s/absent: No such file or directory\tENOENT\n")
      :format(s.path, s.path), seen)
  end)

  it("refuses a plan that is none", function()
    local lying = setmetatable({ "/a", 2 }, { __len = function() return -1 end })
    for _, case in ipairs {
      { { { op = "overlay", to = "/x", lower = lying, upper = "/u", work = "/w" } }, "list of absolute paths" },
      { { { op = "format", to = "/x" } }, "unknown mount operation 'format'" },
      { { { op = "bind", to = "/x", from = "relative" } }, "option 'from' must be an absolute path" },
      { { { op = "bind", to = "/x", from = "/y", evil = true } }, "evil" },
      { { { op = "overlay", to = "/x", lower = { "a" }, upper = "/u", work = "/w" } }, "list of absolute paths" },
      { { { op = "overlay", to = "/x", lower = { "/a\0b" }, upper = "/u", work = "/w" } }, "list of absolute paths" },
      { { { op = "dir", to = "/proc/a\0b" } }, "option 'to' holds a NUL byte" },
      { { "bind" }, "a mount plan is a list of operations" },
    } do
      local ok, message = pcall(mount.apply, case[1])
      assert.is_false(ok)
      assert.truthy(tostring(message):find(case[2], 1, true), message)
    end
  end)
end)

describe("mount.umount", function()
  it("finds a thing not mounted a success, and a busy one not", function()
    local s <close> = scratch.new()
    s:fill { ["dir/"] = "" }
    assert.is_true(mount.umount(s.path .. "/dir"))
    assert.is_true(mount.umount(s.path .. "/absent"))
    local seen = s:in_mount_namespace [[
      assert(mount.apply { { op = "tmpfs", to = path .. "/dir" } })
      local held = fs.root(path .. "/dir")
      print(select(3, mount.umount(path .. "/dir")), mount.umount(path .. "/dir", { detach = true }))
    ]]
    assert.equal("EBUSY\ttrue\n", seen)
  end)

  it("does not follow a link to someone else's mount", function()
    local s <close> = scratch.new()
    local seen = s:in_mount_namespace [[
      assert(mount.apply { { op = "tmpfs", to = path .. "/dir" },
        { op = "symlink", target = "dir", to = path .. "/link" } })
      mount.umount(path .. "/link")
      print(mount.mounted(path .. "/dir"))
    ]]
    assert.equal("true\n", seen)
  end)
end)

describe("mount.probe", function()
  it("tells whether layers can be appended one by one", function()
    local s <close> = scratch.new()
    assert.truthy(s:in_mount_namespace("print(mount.probe().lowerdir_append)"):find("^%a+\n$"))
  end)
end)
