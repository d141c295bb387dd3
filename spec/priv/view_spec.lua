-- What systemd, which is root, reads and binds for a game: nothing of it is left4me's to change or to lead elsewhere.
local scratch = require "spec.support.scratch"

local function for_root(name, source, expected)
  it(name, function()
    if not scratch.are_we_root() then return pending("only this host's root may do this") end
    local s <close> = scratch.new()
    assert.equal(expected, s:as_root("local host = require('spec.support.priv_host').new(path)\n"
      .. "local VIEW = '/run/left4me/servers/x'\n" .. source))
  end)
end

describe("A game's view", function()
  for_root("is root's alone, and goes with the mount", [[
    host:good "mkdir -p steam/linux32 workshop_cache; echo lib >steam/linux32/lib; mkdir .steam"
    host:good "ln -s /var/lib/left4me/steam/linux32 .steam/sdk32"
    print(host:left4me { "mount", "x" })
    os.execute("cd " .. VIEW .. "; stat -c '%a %u %n' /run/left4me/servers . env; ls; cat merged/low sdk32/lib")
    print(host:as("ls " .. VIEW) ~= 0, os.execute("touch " .. VIEW .. "/steam/x 2>/dev/null"))
    print(host:left4me { "umount", "x" })
    os.execute "ls -A /run/left4me/servers; grep -c left4me/servers /proc/self/mountinfo"
  ]], "0\t\t\n700 0 /run/left4me/servers\n755 0 .\n600 0 env\nenv\nmerged\nsdk32\nsdk64\nsteam\n"
    .. "workshop_cache\nlow\nlib\n" .. "true\tnil\texit\t1\n0\t\t\n0\n")

  for_root("has the settings that were read, whatever is in their place later", [[
    host:good [=[cd instances/x
      printf 'L4D2_PORT=27016\nL4D2_ARGS="a \\"b c\\""\nL4D2_LOWERDIRS=installation\n' >instance.env]=]
    host:left4me { "mount", "x" }
    host:good "rm instances/x/instance.env; mkfifo instances/x/instance.env"
    os.execute("cat " .. VIEW .. "/env")
    print(host:left4me { "mount", "x" })
    host:left4me { "umount", "x" }
  ]], 'L4D2_PORT=27016\nL4D2_ARGS="a \\"b c\\""\nL4D2_LOWERDIRS=installation\n0\t\t\n')

  for_root("leads to nothing behind a door that is closed to left4me, nor to what root has open", [[
    host:good "mkdir .steam"
    for _, target in ipairs { host.canary .. "/work", "/proc/self/fd/3", "/proc/self/cwd" } do
      for _, place in ipairs { ".steam/sdk32", "steam", "workshop_cache" } do
        host:good(("ln -sfn %s %s"):format(target, place))
        if host:left4me { "mount", "x" } ~= 1 then print("was shown", place, target) end
        os.execute "cat /run/left4me/servers/x/*/kept 2>/dev/null"
        host:left4me { "umount", "x" }
        host:good("rm " .. place)
      end
    end
    print(host:left4me { "mount", "x" })
    host:left4me { "umount", "x" }
  ]], "0\t\t\n")

  for_root("is not deceived by a link that comes and goes", [[
    host:good "mkdir -p .steam/sdk32"
    local view, state = require "priv.view", fs.root(host.state)
    local swapper = host:swap(".steam/sdk32", host.canary .. "/work")
    local done, refused = 0, 0
    local parsed = { port = 1, arguments = {}, layers = {}, aliases = {} }
    for _ = 1, 300 do
      local ok = view.show(state, "x", parsed, { uid = 1980, gid = 1980 })
      if ok then done = done + 1 else refused = refused + 1 end
      if io.open(VIEW .. "/sdk32/kept") then print "the canary is shown" end
    end
    swapper:kill "KILL"
    view.hide "x"
    print(done > 0 and refused > 0, host:canary_lives())
  ]], "true\ttrue\n")
end)
