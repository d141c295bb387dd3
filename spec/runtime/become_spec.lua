-- host.runtime's identities: root becomes someone else for good, or for its dealings with files.
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"

local STATUS = [[
local function status(...)
  local text = assert(io.open "/proc/self/status"):read("a")
  for _, name in ipairs { ... } do print(name, (text:match("\n" .. name .. ":%s*([^\n]*)"):gsub("%s+", " "))) end
end
]]

local function in_root(name, run)
  it(name, function()
    if not scratch.are_we_root() then return pending("only this host's root can become someone else") end
    local s <close> = scratch.new()
    run(s)
  end)
end

describe("runtime.become", function()
  in_root("makes root an ordinary user with one more group and no way back", function(s)
    local uid, gid = runtime.user "nobody"
    local seen = s:as_root(STATUS .. [[
      assert(runtime.become("nobody", "daemon"))
      status("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")
      print(os.getenv "HOME", os.getenv "USER", os.getenv "LOGNAME")
      print((runtime.files_as(0, 0)), (io.open("/etc/shadow")), (runtime.become("daemon")))
    ]])
    local none = ("0"):rep(16)
    local lines = {}
    for line in seen:gmatch("[^\n]+") do lines[#lines + 1] = line end
    assert.same({
      ("Uid\t%d %d %d %d"):format(uid, uid, uid, uid), ("Gid\t%d %d %d %d"):format(gid, gid, gid, gid),
      ("Groups\t1 %d "):format(gid), "CapInh\t" .. none, "CapPrm\t" .. none, "CapEff\t" .. none, "CapAmb\t" .. none,
      "NoNewPrivs\t1", "/nonexistent\tnobody\tnobody", "nil\tnil\tnil",
    }, lines)
  end)

  in_root("gives up capabilities that were ambient and inheritable, or were to be kept", function(s)
    local seen = s:as_root(STATUS .. [[
      assert(runtime.become "nobody")
      status("CapInh", "CapPrm", "CapEff", "CapAmb", "Groups")
    ]], { "setpriv", "--inh-caps=+chown,+sys_admin", "--ambient-caps=+chown,+sys_admin",
      "--securebits=+no_setuid_fixup", "--" })
    local none = ("0"):rep(16)
    assert.equal(("CapInh\t%s\nCapPrm\t%s\nCapEff\t%s\nCapAmb\t%s\nGroups\t65534 \n")
      :format(none, none, none, none), seen)
  end)

  in_root("knows no user and no group that is not there, and is never root again", function(s)
    assert.equal("ENOENT\nENOENT\nEPERM\n", s:as_root [[
      print((select(3, runtime.become "nobody-of-this-name")))
      print((select(3, runtime.become("nobody", "no-group-of-this-name"))))
      print((select(3, runtime.become "root")))
    ]])
  end)

  in_root("tells a process that lacks the rights for it", function(s)
    assert.equal("EPERM\nEPERM\n", s:as_root([[
      print((select(3, runtime.files_as(65534, 65534))))
      print((select(3, runtime.become "nobody")))
    ]], { "setpriv", "--bounding-set=-setuid,-setgid", "--" }))
  end)
end)

describe("runtime.files_as", function()
  in_root("gives a user's rights over files and takes root's back", function(s)
    s:fill { ["secret"] = "root's", ["theirs/"] = "" }
    local seen = s:as_root [[
      os.execute("chmod 755 " .. path .. "; chmod 600 " .. path .. "/secret; chown 1234:1235 " .. path .. "/theirs")
      local root = fs.root(path)
      assert(runtime.files_as(1234, 1235))
      local text, _, code = root:read "secret"
      print(text, code)
      assert(root:mkdir "theirs/made")
      assert(runtime.files_as(0, 0))
      print(root:read "secret")
      local stat = root:stat "theirs/made"
      print(stat.uid, stat.gid, (root:stat "theirs/other"))
    ]]
    assert.equal("nil EACCES\nroot's\n1234 1235 nil\n", (seen:gsub("\t", " ")))
  end)
end)

describe("runtime.unseen", function()
  in_root("keeps others of the same user from this process's descriptors", function(s)
    assert.equal("true\nfalse\n", s:as_root([[
      local function seen()
        return proc.run { argv = { "ls", "-l", ("/proc/%d/fd/"):format((runtime.ids())) } }.code == 0
      end
      print(seen())
      assert(runtime.unseen())
      print(seen())
    ]], { "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--" }))
  end)
end)
