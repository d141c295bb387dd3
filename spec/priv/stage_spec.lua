-- `left4me stage` and `unstage`: what a build's sandbox is shown, put together by root, its script read by left4me.
local scratch = require "spec.support.scratch"

-- The database as left4me makes it, with some overlays.
local DATABASE = [[
-- By root, for left4me may not enter every checkout, and then left4me's.
local function owned(what, ...)
  local done = assert(proc.run { argv = { ... } })
  assert(done.code == 0, done.stderr)
  assert(proc.run { argv = { "sh", "-c", "chown -Rh 1980:1980 " .. what } }.code == 0)
end
local function migrate()
  owned("/var/lib/left4me", "env", "LEFT4ME_BACKEND=standalone", runtime.executable, "migrate", "--root",
    "/var/lib/left4me")
end
local function sql(text)
  local file = assert(io.open(path .. "/sql.lua", "w"))
  file:write(([=[
    local d = assert(require("store.db").open("/var/lib/left4me/left4me.db"))
    d:exec([==[%s]==])
    d:close()
  ]=]):format(text))
  file:close()
  owned("/var/lib/left4me/left4me.db*", runtime.executable, "lua", path .. "/sql.lua")
end
local function overlay(id, script, kind)
  sql(("INSERT INTO overlays (id, name, type, script, created_at, updated_at) VALUES (%d, 'o%d', '%s', '%s', 1, 1)")
    :format(id, id, kind or "script", script))
end
local STAGED = "/run/left4me/builds/"
local function read(file)
  local handle = io.open(file)
  return handle and handle:read "a"
end
local function mode(file)
  return (proc.run { argv = { "stat", "-c", "%a %U", file } }.stdout:gsub("\n", ""))
end
]]

local function for_root(name, source, expected, change)
  it(name, function()
    if not scratch.are_we_root() then return pending("only this host's root may do this") end
    local s <close> = scratch.new()
    local seen = s:as_root("local host = require('spec.support.priv_host').new(path)\n" .. DATABASE .. source)
    assert.equal(expected, change and change(seen) or seen)
  end)
end

describe("left4me stage", function()
  for_root("shows the sandbox its script and its overlay, and nobody anything else", [[
    migrate()
    overlay(7, "echo hello")
    print(host:left4me { "stage", "7" })
    print(read(STAGED .. "7/script.sh"))
    for _, place in ipairs { "/run/left4me", "/run/left4me/builds", STAGED .. "7", STAGED .. "7/script.sh" } do
      print(mode(place))
    end
    for _, id in ipairs { 1980, 1981 } do
      print(host:as("cat /run/left4me/builds/7/script.sh", id) ~= 0,
        host:as("ls /run/left4me/builds/7/overlay", id) ~= 0)
    end
  ]], "0\t\t\necho hello\n700 root\n700 root\n700 root\n644 root\ntrue\ttrue\ntrue\ttrue\n")

  for_root("gives the sandbox the overlay's files, and left4me what the sandbox makes", [[
    migrate()
    overlay(7, "true")
    host:good "mkdir overlays/7; echo mine > overlays/7/mine"
    print(host:left4me { "stage", "7" })
    os.execute("mkdir " .. path .. "/sandbox && mount --bind /run/left4me/builds/7/overlay " .. path .. "/sandbox")
    print((host:good(("cd %s/sandbox; stat -c %%u mine; echo more >> mine; mkdir d; echo x > d/f"):format(path), 1981)))
    print((host:good "cat overlays/7/mine; stat -c %u overlays/7/d overlays/7/d/f; echo y >> overlays/7/d/f"))
    print((host:good(("cat %s/sandbox/d/f"):format(path), 1981)))
    print(host:as(("echo z > %s/sandbox/as-on-disk"):format(path)) ~= 0)
  ]], "0\t\t\n1981\n\nmine\nmore\n1980\n1980\n\nx\ny\n\ntrue\n")

  for_root("works with the capabilities its unit has and with none less, as unstage does", [[
    migrate()
    overlay(7, "true")
    local names = host.capabilities_of "stage"
    local before = host.with_capabilities(names)
    print(host:left4me({ "stage", "7" }, before))
    print(read(STAGED .. "7/script.sh"))
    print(host:left4me({ "unstage", "7" }, before))
    for _ = 1, #names do
      local one = table.remove(names, 1)
      print((host:left4me({ "stage", "7" }, host.with_capabilities(names))))
      names[#names + 1] = one
      host:left4me { "unstage", "7" }
    end
  ]], "0\t\t\ntrue\n0\t\t\n1\n1\n1\n1\n")

  for_root("comes and goes twice as well as once, and stages anew what an earlier one left", [[
    migrate()
    overlay(7, "old")
    print(host:left4me { "unstage", "7" })
    print(host:left4me { "stage", "7" })
    sql "UPDATE overlays SET script = 'new'"
    print(host:left4me { "stage", "7" })
    print(read(STAGED .. "7/script.sh"))
    print(host:left4me { "unstage", "7" })
    print(host:left4me { "unstage", "7" })
    print((proc.run { argv = { "ls", "-A", STAGED } }.stdout))
    print(not read "/proc/self/mountinfo":find("left4me/builds", 1, true), host:good "ls -d overlays/7")
  ]], "0\t\t\n0\t\t\n0\t\t\nnew\n0\t\t\n0\t\t\n\ntrue\toverlays/7\n\n")

  for_root("stages the wipe while a wipe holds the overlay's lock, whatever the database says", [[
    migrate()
    overlay(7, "own")
    host:good "touch run/builds/7.lock"
    local state = fs.root "/var/lib/left4me"
    local lock = assert(state:lock("run/builds/7.lock", "wipe"))
    print(host:left4me { "stage", "7" })
    print(read(STAGED .. "7/script.sh") == require("domain.sandbox").WIPE .. "\n")
    lock:close()
    print(host:left4me { "stage", "7" })
    print(read(STAGED .. "7/script.sh"))
    lock = assert(state:lock("run/builds/7.lock", "build"))
    print(host:left4me { "stage", "7" })
    print(read(STAGED .. "7/script.sh"))
    host:good "rm left4me.db"
    lock:close()
    lock = assert(state:lock("run/builds/7.lock", "wipe"))
    print(host:left4me { "stage", "7" })
  ]], "0\t\t\ntrue\n0\t\t\nown\n0\t\t\nown\n0\t\t\n")

  for_root("leaves nothing of root's in the state directory, with the service or without", [[
    migrate()
    overlay(7, "true")
    host:good "chmod 600 left4me.db; rm -f left4me.db-wal left4me.db-shm"
    local function strangers() return (host:good "find . ! -user left4me") end
    print(host:left4me { "stage", "7" })
    print(strangers())
    local d = require("store.db").open("/var/lib/left4me/left4me.db") -- a service whose wal is not empty
    d:exec "UPDATE overlays SET script = 'from the wal'"
    os.execute "chown -R 1980:1980 /var/lib/left4me/left4me.db*"
    print(host:left4me { "stage", "7" })
    print(read(STAGED .. "7/script.sh"), strangers())
    d:close()
  ]], "0\t\t\n\n0\t\t\nfrom the wal\t\n")

  for_root("has one line and a code for a database that cannot be used, and unstage clears up after it", [[
    local function try(what)
      local code, err = host:left4me { "stage", "7" }
      local lines = select(2, err:gsub("\n", "\n"))
      print(what, code, lines, (host:left4me { "unstage", "7" }), (proc.run { argv = { "ls", "-A", STAGED } }.stdout))
    end
    try "absent"
    migrate()
    try "without it"
    overlay(7, "x", "files")
    try "of another type"
    sql(("UPDATE overlays SET type = 'script', script = '%s'"):format(("x"):rep((1 << 20) + 1)))
    try "too long"
    sql "UPDATE overlays SET script = 'fine'"
    local d = require("store.db").open("/var/lib/left4me/left4me.db")
    d:exec "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE overlays SET script = 'held'"
    os.execute "chown -R 1980:1980 /var/lib/left4me/left4me.db*"
    try "locked"
    d:exec "ROLLBACK"
    d:close()
    host:good "rm -f left4me.db-*; dd if=/dev/urandom of=left4me.db bs=4096 seek=1 count=200 conv=notrunc 2>/dev/null"
    try "damaged"
    host:good "head -c 100000 /dev/urandom > left4me.db"
    try "none"
    host:good "rm -f left4me.db*; mkfifo left4me.db"
    try "a pipe"
    host:good "rm left4me.db; mkdir left4me.db"
    try "a directory"
    host:good "rmdir left4me.db; ln -s /etc/shadow left4me.db"
    try "a link"
  ]], "", function(seen)
    local wrong = {}
    for line in seen:gmatch "[^\n]+" do
      if not line:find "\t1\t1\t0\t$" then wrong[#wrong + 1] = line end
    end
    assert.equal(10, select(2, seen:gsub("\t1\t1\t0", "")), seen)
    return table.concat(wrong)
  end)

  for_root("works only in a place that is root's alone", [[
    migrate()
    overlay(7, "true")
    for _, place in ipairs { "/run/left4me", "/run/left4me/builds" } do
      for _, change in ipairs { "chown 1980", "chmod 770", "chmod 707" } do
        os.execute("rm -rf /run/left4me; mkdir -p -m 700 /run/left4me/builds; " .. change .. " " .. place)
        print(host:left4me { "stage", "7" })
      end
    end
    os.execute("rm -rf /run/left4me; ln -s " .. path .. "/canary /run/left4me")
    print((host:left4me { "stage", "7" }))
  ]], ("1\tleft4me: /run/left4me is not root's alone\n\t\n"):rep(3)
    .. ("1\tleft4me: /run/left4me/builds is not root's alone\n\t\n"):rep(3) .. "1\n")

  for_root("follows no link that left4me planted", [[
    migrate()
    overlay(7, "true")
    host:good("ln -s " .. host.canary .. " overlays/7")
    local code, err = host:left4me { "stage", "7" }
    print(code, (err:gsub("^.-:.-: ", "")))
    host:left4me { "unstage", "7" }
    print(host:canary_lives())
  ]], "1\tthere is a symbolic link on the way\n\ntrue\n", function(seen)
    return (seen:gsub("^1\t.-(there is a symbolic link on the way)", "1\t%1"))
  end)
end)
