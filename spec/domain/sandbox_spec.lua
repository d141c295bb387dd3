-- Sandboxes as data: what a build and a game server are given of the host.
local sandbox = require "domain.sandbox"

local function joined(argv) return " " .. table.concat(argv, " ") .. " " end

describe("The sandbox of a build", function()
  local argv = joined(sandbox.build_arguments { overlay = "/r/overlays/7", script = "/r/run/builds/7/script.sh" })

  it("may write its overlay and nothing else of the host", function()
    local writable = {}
    for from, to in argv:gmatch(" %-%-bind (%S+) (%S+)") do writable[#writable + 1] = from .. " " .. to end
    assert.same({ "/r/overlays/7 /overlay" }, writable)
    assert.truthy(argv:find(" --remount-ro / ", 1, true))
  end)

  it("sees no home, no passwd, no database and no other overlay", function()
    for _, path in ipairs { "/home", "/root", "/etc ", "/etc/passwd", "/etc/shadow", "/etc/ssl ", "/var", "/r ",
      "/r/overlays ", "left4me.db", "/sys" } do
      assert.is_nil(argv:find("bind[%a-]* " .. path:gsub("%p", "%%%0")), path)
    end
  end)

  it("has namespaces of its own, no capability, a bare environment, and ends with us", function()
    for _, words in ipairs { "--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-ipc", "--clearenv",
      "--cap-drop ALL", "--die-with-parent", "--uid 981", "--setenv OVERLAY /overlay", "--setenv HOME /tmp",
      "--setenv PATH /usr/bin:/usr/sbin", "--chdir /overlay" } do
      assert.truthy(argv:find(" " .. words .. " ", 1, true), words)
    end
  end)

  it("is held to 4 GiB and 512 tasks, and runs the script by bash", function()
    assert.truthy(argv:find(" /usr/bin/prlimit --as=4294967296 --nproc=512 --fsize=21474836480 --core=0 -- "
      .. "/bin/bash /script.sh ", 1, true))
  end)

  it("runs another command in the same view, without a script", function()
    local wipe = joined(sandbox.build_arguments { overlay = "/o", command = { "/usr/bin/find", "/overlay" } })
    assert.is_nil(wipe:find("script.sh", 1, true))
    assert.truthy(wipe:find("%-%- /usr/bin/find /overlay $"))
  end)
end)

describe("The view of a game server", function()
  local plan = sandbox.game_view("/r", "x", { layers = { "7" } }, "/home/me")

  local function each(op)
    local list = {}
    for _, step in ipairs(plan) do
      if step.op == op then list[#list + 1] = step end
    end
    return list
  end

  it("binds nothing of the host that can be written", function()
    for _, bind in ipairs(each "bind") do assert.is_true(bind.ro, bind.from) end
  end)

  it("holds certificates, and no private key beside them", function()
    for _, bind in ipairs(each "bind") do assert.is_nil(bind.from:find "^/etc/ssl$" or bind.from:find "private") end
  end)

  it("takes from the host the system, Steam's libraries and the Workshop cache", function()
    for _, bind in ipairs(each "bind") do
      assert.truthy(bind.from:find("^/usr$") or bind.from:find("^/s?bin$") or bind.from:find("^/lib%w*$")
        or bind.from:find("^/etc/[%w./-]+$") or bind.from:find("^/home/me/%.steam/sdk%d%d$")
        or bind.from == "/r/workshop_cache", bind.from)
      assert.is_nil(bind.from:find "passwd" or bind.from:find "shadow")
    end
  end)

  it("mounts the overlay where it is on the host, below the new root", function()
    local merged = each("overlay")[1]
    assert.equal("/r/runtime/x/merged/r/runtime/x/merged", merged.to)
    assert.same({ "/r/overlays/7", "/r/installation" }, merged.lower)
  end)

  it("ends by going into it and making the root read-only", function()
    assert.same({ { op = "pivot", to = "/r/runtime/x/merged" }, { op = "readonly", to = "/" } },
      { plan[#plan - 1], plan[#plan] })
  end)

  it("does without Steam's libraries where there is no home", function()
    for _, step in ipairs(sandbox.game_view("/r", "x", { layers = {} })) do
      assert.is_nil(step.from and step.from:find ".steam")
    end
  end)
end)
