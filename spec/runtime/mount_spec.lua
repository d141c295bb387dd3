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

local function for_root(name, run)
  it(name, function()
    if not scratch.are_we_root() then return pending("only this host's root may do this") end
    local s <close> = scratch.new()
    run(s)
  end)
end

-- A state directory of user 1234 and one of its instances.
local BENEATH = [[
os.execute("cd " .. path .. " && mkdir -p s/overlays/1 s/installation s/runtime/x/upper s/runtime/x/work "
  .. "s/runtime/x/merged canary && echo low > s/installation/a && echo secret > canary/secret && chmod 755 . "
  .. "&& chown -R 1234:1234 s && chmod 700 canary")
local state = fs.root(path .. "/s")
local function overlay()
  return { op = "overlay", root = state, lower = { "overlays/1", "installation" }, upper = "runtime/x/upper",
    work = "runtime/x/work", to = "runtime/x/merged", append = %s }
end
local function as_owner(script)
  return proc.run { argv = { "setpriv", "--reuid=1234", "--regid=1234", "--clear-groups", "sh", "-ec", script },
    cwd = path .. "/s" }.code
end
]]

for _, append in ipairs { "true", "false" } do
  describe("An overlay beneath a root, append = " .. append, function()
    for_root("keeps its marks where the layers' owner cannot write them, and no redirects", function(s)
      assert.equal("0\nlow\ntrue\ttrue\tfalse\n0\n", s:as_root(BENEATH:format(append) .. [[
        assert(mount.apply { overlay() })
        print(as_owner "cd runtime/x/merged; echo more >> a; mkdir d; mv d e")
        print((state:read("installation/a"):gsub("\n", "")))
        print(mount.mounted("runtime/x/merged", { root = state }), mount.umount("runtime/x/merged", { root = state }),
          mount.mounted("runtime/x/merged", { root = state }))
        print(proc.run { argv = { "sh", "-c", "! grep -c userxattr /proc/self/mounts" } }.code)
      ]]))
    end)

    for_root("meets no link at any of its places, and goes over nothing else", function(s)
      local seen = s:as_root(BENEATH:format(append) .. [[
        for _, place in ipairs { "runtime/x/upper", "runtime/x/work", "runtime/x/merged", "overlays/1", "installation",
          "runtime/x", "overlays" } do
          assert(as_owner(("mv %s %s.real; ln -s ../../../canary %s"):format(place, place, place)) == 0)
          io.write((select(3, mount.apply { overlay() })), " ")
          assert(as_owner(("rm %s; ln -s %s/canary %s"):format(place, path, place)) == 0)
          io.write((select(3, mount.apply { overlay() })), " ")
          assert(as_owner(("rm %s; ln -s %s.real %s"):format(place, place:match "[^/]*$", place)) == 0)
          print((select(3, mount.apply { overlay() })))
          assert(as_owner(("rm %s; mv %s.real %s"):format(place, place, place)) == 0)
        end
        assert(mount.apply { overlay() })
      ]])
      assert.equal(("ELOOP ELOOP ELOOP\n"):rep(7), seen)
    end)

    for_root("refuses absolute paths and ways out", function(s)
      assert.equal("EXDEV EXDEV EXDEV EXDEV \n", s:as_root(BENEATH:format(append) .. [[
        for _, key in ipairs { "upper", "work", "to" } do
          local op = overlay()
          op[key] = "../canary"
          io.write((select(3, mount.apply { op })), " ")
        end
        local op = overlay()
        op.lower[1] = path .. "/canary"
        print((select(3, mount.apply { op })) .. " ")
      ]]))
    end)
  end)
end

describe("A bind with an id map", function()
  local BIND = BENEATH:format("true") .. [[
    local staging = fs.root(path .. "/canary")
    os.execute("mkdir " .. path .. "/canary/o; echo theirs > " .. path .. "/s/overlays/1/theirs; chown 77:77 "
      .. path .. "/s/overlays/1/theirs; chmod 755 " .. path .. "/canary")
    local bind = { op = "bind", root = staging, from_root = state, from = "overlays/1", to = "o",
      idmap = { uid_from = 1234, uid_to = 4321, gid_from = 1235, gid_to = 5321 } }
    local function as(uid, gid, script)
      return proc.run { cwd = path,
        argv = { "setpriv", "--reuid=" .. uid, "--regid=" .. gid, "--clear-groups", "sh", "-ec", script } }.code
    end
  ]]

  for_root("gives one user's files to another, and back on disk", function(s)
    local seen = s:as_root(BIND .. [[
      os.execute("chown 1234:1235 " .. path .. "/s/overlays/1")
      assert(mount.apply { bind })
      local disk, seen = fs.root(path .. "/s/overlays/1"), fs.root(path .. "/canary/o")
      local code, stat = as(4321, 5321, "echo a > canary/o/inside"), disk:stat "inside"
      print(code, stat.uid, stat.gid)
      code, stat = as(1234, 1235, "echo a > s/overlays/1/outside"), seen:stat "outside"
      print(code, stat.uid, stat.gid)
      print(as(1234, 1235, "echo a > canary/o/as-disk"), as(4321, 5321, "echo x > s/overlays/1/x"))
      stat = seen:stat "theirs"
      print(stat.uid, stat.gid)
      local mounts = assert(io.open "/proc/self/mountinfo"):read "a"
      local options = mounts:match("canary/o (%S+)")
      assert(options:find "nosuid" and options:find "nodev", options)
    ]])
    assert.equal("0 1234 1235\n0 4321 5321\n2 2\n65534 65534\n", (seen:gsub("\t", " ")))
  end)

  for_root("takes its source and its place without a link, and its source without what is mounted in it", function(s)
    assert.equal("ELOOP ELOOP ELOOP\nnil\n", s:as_root(BIND .. [[
      assert(as_owner "mv overlays/1 overlays/2; ln -s ../../canary overlays/1" == 0)
      io.write((select(3, mount.apply { bind })), " ")
      assert(as_owner "rm overlays/1; ln -s 2 overlays/1" == 0)
      io.write((select(3, mount.apply { bind })), " ")
      os.execute("ln -s o " .. path .. "/canary/link")
      bind.from, bind.to = "overlays/2", "link"
      print((select(3, mount.apply { bind })))
      bind.to = "o"
      assert(as_owner "mkdir overlays/2/sub" == 0)
      assert(mount.apply { { op = "tmpfs", to = path .. "/s/overlays/2/sub", size = 4096 } })
      assert(state:write("overlays/2/sub/hidden", "x"))
      assert(mount.apply { bind })
      print((staging:stat "o/sub/hidden"))
    ]]))
  end)

  for_root("is refused where it is misused, and leaks nothing when memory ends", function(s)
    assert.equal("option 'idmap' needs 'from_root'\noption 'gid_to' must be a user or group id\ntrue\n",
      s:as_root(BIND .. [==[
      local function complaint(op) return (tostring(select(2, pcall(mount.apply, { op }))):gsub("^.-: ", "")) end
      print(complaint { op = "bind", to = "/x", from = "/y", idmap = bind.idmap })
      print(complaint { op = "bind", to = "o", root = staging, from_root = state, from = "x",
        idmap = { uid_from = 1, uid_to = 2, gid_from = 3 } })
      local count = require("spec.support.descriptors").count
      local before = count()
      local failed = require("spec.support.descriptors").fail_each_allocation(([=[
        local mount, fs = require "host.mount", require "host.fs"
        local a <close> = assert(fs.root(%q))
        local b <close> = assert(fs.root(%q))
        assert(mount.apply { { op = "bind", root = b, from_root = a, from = "overlays/1", to = "o",
          idmap = { uid_from = 1234, uid_to = 4321, gid_from = 1235, gid_to = 5321 } } })
        assert(mount.umount("o", { root = b }))
        mount.mounted("o", { root = b })
      ]=]):format(path .. "/s", path .. "/canary"))
      print(failed > 10 and count() == before)
    ]==]))
  end)
end)
