-- `left4me mount`, `umount` and `purge`: an overlay for every unit of the host, made by root from what left4me owns.
local priv_host = require "spec.support.priv_host"
local scratch = require "spec.support.scratch"

local function for_root(name, source, expected, change)
  it(name, function()
    if not scratch.are_we_root() then return pending("only this host's root may do this") end
    local s <close> = scratch.new()
    local seen = s:as_root("local host = require('spec.support.priv_host').new(path)\n" .. source)
    assert.equal(expected, change and change(seen) or seen)
  end)
end

-- What the unit has, less one: for mount itself, and for overlayfs, which uses its mounter's rights at every copy-up.
local CAPABILITIES = [[
local names = host.capabilities_of "mount"
for i, name in ipairs(names) do if name == "%s" then table.remove(names, i) break end end
]]

-- All that a game does to its files, and the same again after another mount.
local LIFE = [[
host:good [=[cd installation; for file in write gone mode link time; do echo a > $file; done
  mkdir ren; echo a > ren/in; chmod 640 write]=]
local before = host.with_capabilities(names)
local failed = {}
local function try(what, script)
  local code, err = host:as("cd runtime/x/merged; " .. script)
  if code ~= 0 then failed[#failed + 1] = what end
end
local function verb(word, set)
  local code, err = host:left4me({ word, "x" }, set)
  if code ~= 0 then failed[#failed + 1] = word end
end
verb("mount", before)
try("copy-up", "echo b >> write; [ $(stat -c %a:%U:%G write) = 640:left4me:left4me ]")
try("whiteout", "rm gone; ! [ -e gone ]")
try("opaque", "rm -r dir; mkdir dir; [ -z \"$(ls -A dir)\" ]")
try("rename", "mv ren other; [ -e other/in ] && ! [ -e ren ]")
try("chmod", "chmod 600 mode; touch -d 2001-01-01 time")
try("link", "ln link second; echo c > second; [ $(cat link) = c ]")
verb("umount", before)
verb("mount", before)
try("again", "! [ -e gone ]; [ -z \"$(ls -A dir)\" ]; [ -e other/in ]; ! [ -e ren ]; echo b >> time; rm low")
verb("umount", before)
if io.open "/var/lib/left4me/runtime/x/work/work" then failed[#failed + 1] = "leftover" end
print(table.concat(failed, " "))
]]

describe("left4me mount", function()
  for_root("gives left4me a tree to do anything in, with its unit's capabilities", CAPABILITIES .. LIFE, "\n")

  for _, missing in ipairs(priv_host.capabilities_of "mount") do
    for_root("needs " .. missing .. " for that", CAPABILITIES:format(missing) .. LIFE, "broken",
      function(seen) return #seen > 1 and "broken" or seen end)
  end

  for_root("mounts for everyone, without devices and set-user-ID, twice as well as once", [[
    print(host:left4me { "mount", "x" })
    print(host:left4me { "mount", "x" })
    for line in io.lines "/proc/self/mountinfo" do
      local options, kind = line:match "/runtime/x/merged (%S+).-%- (%S+)"
      if options then print(kind, options:find "nosuid" and options:find "nodev" and "safe") end
    end
    print((host:good "cat runtime/x/merged/low runtime/x/merged/one; stat -c %U runtime/x/merged":gsub("\n", " ")))
    print(host:left4me { "umount", "x" })
    print(host:left4me { "umount", "x" })
    print((host:good "ls -A runtime/x/merged runtime/x/work":gsub("\n", " ")))
  ]], "0\t\t\n0\t\t\noverlay\tsafe\nlow one left4me \n0\t\t\n0\t\t\nruntime/x/merged:  runtime/x/work: \n")

  for_root("makes the instance's places, which are left4me's", [[
    host:good "rm -r runtime"
    print(host:left4me { "mount", "x" })
    print((host:good "stat -c '%U:%G %n' runtime/x runtime/x/upper runtime/x/work":gsub("\n", " ")))
  ]], "0\t\t\nleft4me:left4me runtime/x left4me:left4me runtime/x/upper left4me:left4me runtime/x/work \n")

  for_root("refuses an upper layer that fuse-overlayfs wrote", [[
    local set = proc.run { argv = { "python3", "-c",
      "import os; os.setxattr('/var/lib/left4me/runtime/x/upper', 'user.fuseoverlayfs.opaque', b'y')" } }
    if not set or set.code ~= 0 then print "reset it first" return end
    print((select(2, host:left4me { "mount", "x" }):match "reset it first"))
  ]], "reset it first\n")

  for_root("is busy a second at most with an umount that someone delays", [[
    host:left4me { "mount", "x" }
    local child = proc.spawn { argv = { "sleep", "60" }, cwd = "/var/lib/left4me/runtime/x/merged" }
    print(host:left4me { "umount", "x" })
    child:kill "KILL"
    print(io.open "/var/lib/left4me/runtime/x/merged/low")
  ]], "0\t\t\nnil", function(seen) return seen:match "^(.-nil)\t" end)

  for_root("has one line for what is missing", [[
    for _, name in ipairs { "nobody", "x" } do
      host:good "rm -rf overlays/1"
      print(host:left4me { "mount", name })
    end
  ]], "1\tleft4me: read instances/nobody/instance.env: No such file or directory\n\t\n"
    .. "1\tleft4me: step 1: overlay runtime/x/merged: layer overlays/1: No such file or directory\n\t\n")

  for_root("is for root only, as the others are", [[
    for _, verb in ipairs { "mount", "umount", "purge", "stage", "unstage" } do
      local code, err = host:left4me({ verb, "1" }, { "unshare", "--user", "--" })
      print(code, err)
    end
  ]], ("1\tleft4me: this is for root: systemd runs it as a unit\n\n"):rep(5))
end)

describe("left4me purge", function()
  for_root("removes what is root's as well, but not while the overlay is mounted", [[
    host:left4me { "mount", "x" }
    host:good "cd runtime/x/merged; rm low; mkdir -p a/b; chmod 0 a"
    print(select(2, host:left4me { "purge", "x" }))
    os.execute "umount /var/lib/left4me/runtime/x/merged"
    print(host:as "rm -rf runtime/x" ~= 0 and "root's")
    print(host:left4me({ "purge", "x" }, host.with_capabilities(host.capabilities_of "purge")))
    print(host:left4me { "purge", "x" })
    print(host:good "ls runtime")
  ]], "left4me: the overlay of x is mounted: stop the server first\n\t\nroot's\n0\t\t\n0\t\t\n\n")
end)
