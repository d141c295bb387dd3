-- host.fs: files beneath a root, and that no path, link or race leads a write out of it.
local fault = require "host.fault"
local fs = require "host.fs"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"

local function shell(command, ...)
  local pipe = assert(io.popen(command:format(...)))
  local text = pipe:read("a")
  pipe:close()
  return text
end

-- What this process holds open, as "number target" lines; its own listing adds the same in every call.
local function open_fds()
  local proc <close> = assert(fs.root("/proc/self/fd"))
  local lines = {}
  for i, entry in ipairs(proc:list(".")) do
    lines[i] = entry.name .. " " .. tostring(proc:readlink(entry.name))
  end
  return table.concat(lines, "\n")
end

--- A directory with the root "in" and a canary beside it, for one example.
local function with_root(body)
  return function()
    local base = shell("mktemp -d /tmp/left4me-fs.XXXXXX"):gsub("%s+$", "")
    shell("mkdir %s/in %s/in2 && printf canary | tee %s/canary >%s/in2/canary", base, base, base, base)
    local root = assert(fs.root(base .. "/in"))
    local ok, err = xpcall(body, debug.traceback, root, base)
    root:close()
    shell("chmod -R u+rwx %s; rm -rf %s", base, base)
    if not ok then error(err, 0) end
  end
end

local function code_of(...) return (select(3, ...)) end

describe("host.fs", function()
  it("gives a root in a directory that is reached without links, where that is asked", with_root(function(root, base)
    shell("mkdir -p %s/in/a/b && ln -s a %s/in/link && ln -s b %s/in/a/last", base, base, base)
    assert.truthy(root:sub("link/b"))
    assert.truthy(root:sub("a/b", { links = false }))
    for _, path in ipairs { "link", "link/b", "a/last", "a/last/." } do
      assert.equal("ELOOP", code_of(root:sub(path, { links = false })), path)
    end
    assert.equal("EXDEV", code_of(root:sub("../in", { links = false })))
    assert.has_error(function() root:sub("a", { lonks = true }) end)
  end))

  it("tells what overlayfs would hide: whiteouts and opaque directories", with_root(function(root, base)
    shell("mkdir %s/in/plain %s/in/opaque && mknod %s/in/gone c 0 0", base, base, base)
    assert.equal("whiteout", root:stat("gone").type)
    assert.equal("device", fs.root("/dev"):stat("null").type)
    assert.is_false(root:sub("plain"):opaque())
    shell("python3 -c \"import os; os.setxattr('%s/in/opaque', 'user.overlay.opaque', b'y')\"", base)
    assert.is_true(root:sub("opaque"):opaque())
  end))

  it("writes, reads and measures a file", with_root(function(root)
    assert.is_true(root:write("a", "hello\0world"))
    assert.equal("hello\0world", root:read("a", 11))
    local stat = assert(root:stat("a"))
    assert.same({ "file", 11, 416, 1 }, { stat.type, stat.size, stat.mode, stat.nlink })
    assert.is_true(stat.mtime > 1600000000000)
    assert.is_true(root:write("a", "", 384, { sync = false }))
    assert.equal("", root:read("a"))
    assert.equal(384, root:stat("a").mode)
    assert.equal("EFBIG", code_of(root:read("a", 0)) or root:write("a", "x") and code_of(root:read("a", 0)))
  end))

  it("tells a file's time whatever its owner set it to", function()
    local s <close> = scratch.new()
    s:fill { ["t/"] = "" }
    local seen = s:in_mount_namespace [[
      assert(mount.apply { { op = "tmpfs", to = path .. "/t" } }) -- takes any time
      for _, seconds in ipairs { "9223372036854775807", "-9223372036854775808", "-1.5" } do
        assert(proc.run { argv = { "touch", "-d", "@" .. seconds, path .. "/t/a" } }.code == 0)
        print(fs.root(path .. "/t"):stat("a").mtime)
      end
    ]]
    assert.equal(("%d\n%d\n-1500\n"):format(math.maxinteger, math.mininteger), seen)
  end)

  it("reads a large file and one whose size is not told", with_root(function(root)
    local text = ("0123456789abcdef"):rep(300000)
    assert(root:write("large", text))
    assert.is_true(text == root:read("large", #text))
    assert.equal("EFBIG", code_of(root:read("large", #text - 1)))
    local proc <close> = assert(fs.root("/proc/self"))
    assert.matches("left4me", proc:read("cmdline"))
  end))

  it("leaves nothing of a write that fails", with_root(function(root)
    assert(root:mkdirs("d/e"))
    assert.equal("EISDIR", code_of(root:write("d/e", "x")))
    assert.equal(1, #root:list("d"))
  end))

  it("appends, syncs and reads back in pieces", with_root(function(root)
    local file <close> = assert(root:append("log"))
    assert.is_true(file:write("one\n"))
    assert.is_true(file:write("two\n"))
    assert.is_true(file:sync())
    assert.equal(8, file:size())
    assert.is_true(file:fd() > 2)
    local reader <close> = assert(root:open("log", "r"))
    assert.equal("one", reader:read(3))
    assert.is_true(reader:seek(4))
    assert.equal("two\n", reader:read(100))
    assert.same({ nil, "eof" }, { reader:read(1) })
  end))

  it("makes directories and takes those there for success", with_root(function(root)
    assert.is_true(root:mkdirs("a/b/c"))
    assert.is_true(root:mkdirs("a/b/c/", 448))
    assert.equal("EEXIST", code_of(root:mkdir("a")))
    root:write("file", "")
    assert.equal("ENOTDIR", code_of(root:mkdirs("file")))
    assert.equal("ENOTDIR", code_of(root:mkdirs("file/x")))
  end))

  it("lists by name, and says when there was more", with_root(function(root)
    for _, name in ipairs { "b", "a", "c" } do root:write(name, "", nil, { sync = false }) end
    root:mkdir("d")
    root:symlink("nowhere", "e")
    local list, truncated = root:list(".")
    assert.is_false(truncated)
    assert.same({ { name = "a", type = "file" }, { name = "b", type = "file" }, { name = "c", type = "file" },
      { name = "d", type = "directory" }, { name = "e", type = "symlink" } }, list)
    list, truncated = root:list(".", 2)
    assert.equal(2, #list)
    assert.is_true(truncated)
    assert.equal("ENOTDIR", code_of(root:list("a")))
  end))

  it("renames with a choice about the target", with_root(function(root)
    root:write("a", "A")
    root:write("b", "B")
    assert.equal("EEXIST", code_of(root:rename("a", "b")))
    assert.is_true(root:rename("a", "b", { exchange = true }))
    assert.equal("B", root:read("a"))
    assert.is_true(root:rename("a", "b", { replace = true }))
    assert.equal("B", root:read("b"))
    assert.is_nil(root:stat("a"))
    assert.has_error(function() root:rename("b", "c", { replaces = true }) end)
  end))

  it("copies, links, and changes modes", with_root(function(root)
    root:write("a", ("x"):rep(100000))
    assert.is_true(root:copy("a", "b", 292))
    assert.equal(292, root:stat("b").mode)
    assert.equal(100000, #root:read("b"))
    assert.is_true(root:symlink("a", "link"))
    assert.equal("a", root:readlink("link"))
    assert.equal("EINVAL", code_of(root:readlink("a")))
    assert.equal("symlink", root:stat("link").type)
    assert.equal(100000, #root:read("link"))
    assert.is_true(root:chmod("a", 384))
    assert.equal(384, root:stat("a").mode)
    assert.equal("ELOOP", code_of(root:chmod("link", 511)))
    assert.has_error(function() root:chmod("a", 4095) end)
  end))

  it("tells free space", with_root(function(root)
    local free = assert(root:free())
    assert.is_true(free.free_bytes > 0 and free.free_bytes <= free.total_bytes)
  end))

  it("gives the front of a file back to the disk and keeps every offset", with_root(function(root)
    local file <close> = assert(root:append("log"))
    assert.is_true(file:write(("x"):rep(65536) .. "the end"))
    local before = root:stat("log").blocks
    assert.is_true(file:punch(0, 65536))
    assert.equal(65543, root:stat("log").size)
    assert.is_true(root:stat("log").blocks < before)
    assert.equal(("\0"):rep(65536) .. "the end", root:read("log"))
    assert.is_true(file:write("!"))
    assert.has_error(function() file:punch(-1, 1) end)
    assert.has_error(function() file:punch(0, 0) end)
  end))

  it("locks a file for one holder and names it", with_root(function(root)
    local lock = assert(root:lock("serve.lock", "pid 7"))
    assert.same({ nil, "pid 7", "EWOULDBLOCK" }, { root:lock("serve.lock", "pid 8") })
    lock:close()
    lock:close()
    lock = assert(root:lock("serve.lock", "9"))
    assert.equal("9", root:read("serve.lock"))
    assert(root:remove("serve.lock"))
    local fresh = assert(root:lock("serve.lock", "10"))
    assert.equal("10", root:read("serve.lock"))
    fresh:close()
    lock:close()
  end))

  it("raises on a closed handle", with_root(function(root)
    local sub = root:sub(".")
    sub:close()
    sub:close()
    assert.has_error(function() sub:read("a") end, "closed host.fs root")
    local file = root:append("a")
    file:close()
    assert.has_error(function() file:write("a") end, "closed host.fs file")
  end))
end)

describe("host.fs trees", function()
  it("removes a tree of files, links and closed directories, and no more", with_root(function(root, base)
    shell([[cd %s/in && mkdir -p t/a/b t/work/work && echo x >t/a/f && ln -s %s t/a/out && ln -s ../in2 t/up &&
      mkdir t/ro && echo x >t/ro/f && chmod 500 t/ro && echo x >t/work/work/f && chmod 0 t/work/work]], base, base)
    assert.is_true(root:remove_tree("t"))
    assert.is_nil(root:stat("t"))
    assert.equal("canary", shell("cat %s/canary", base))
    assert.equal("canary", shell("cat %s/in2/canary", base))
    assert.is_true(root:remove_tree("t"))
    assert.is_true(root:remove_tree("nowhere/t"))
  end))

  it("removes a single file and a link itself", with_root(function(root)
    root:write("a", "")
    root:symlink("a", "l")
    assert.is_true(root:remove_tree("l"))
    assert.is_not_nil(root:stat("a"))
    assert.is_true(root:remove_tree("a"))
  end))

  it("removes a tree deeper than any path and any limit of descriptors", with_root(function(root)
    root:mkdir("t")
    local deep = root:sub("t")
    for _ = 1, 25 do
      assert(deep:mkdirs(("d/"):rep(100)))
      local deeper = assert(deep:sub(("d/"):rep(100)))
      deep:close()
      deep = deeper
    end
    deep:write("f", "", nil, { sync = false })
    deep:close()
    assert.equal("ENAMETOOLONG", code_of(root:usage("t")))
    assert.is_true(root:remove_tree("t"))
    assert.same({}, (root:list(".")))
  end))

  it("walks everything once and follows nothing", with_root(function(root, base)
    shell("cd %s/in && mkdir -p a/b c && touch a/f a/b/g && ln -s .. a/b/up && ln -s . self", base)
    local seen = {}
    for path, stat in assert(root:walk(".")) do seen[#seen + 1] = path .. " " .. stat.type end
    table.sort(seen)
    assert.same({ "a directory", "a/b directory", "a/b/g file", "a/b/up symlink", "a/f file", "c directory",
      "self symlink" }, seen)
  end))

  it("refuses more directories than it can remember", with_root(function(root, base)
    shell([[cd %s/in && perl -e 'my $name = "d" x 250; for (1 .. 15) { mkdir $name; chdir $name }
      for (1 .. 5000) { mkdir $_ or die "$!" }']], base)
    local _, message, code = root:usage(".")
    assert.equal("E2BIG", code)
    assert.matches("too many directories", message, 1, true)
  end))

  it("closes a walk that is left early", with_root(function(root)
    root:mkdirs("a/b/c")
    local before = open_fds()
    for path in assert(root:walk(".")) do
      if path then break end
    end
    assert.equal(before, open_fds())
  end))

  it("counts allocated blocks, sparse files and hard links as they are", with_root(function(root, base)
    shell([[cd %s/in && mkdir t && head -c 40960 /dev/zero >t/f && ln t/f t/g && truncate -s 1T t/sparse &&
      sync t/f]], base)
    local usage = assert(root:usage("t"))
    assert.equal(2, usage.files)
    assert.is_true(usage.bytes >= 40960 and usage.bytes < 65536, usage.bytes)
    assert.equal(0, usage.unreadable)
  end))
end)

describe("host.fs beneath", function()
  local hostile = {
    ["an absolute path"] = function(base) return base .. "/canary" end,
    ["dots"] = "../canary", ["dots inside"] = "a/../../canary", ["a prefix that is longer"] = "../in2/canary",
    ["a link out"] = "out/canary", ["an absolute link"] = "absolute/canary", ["a link to the file"] = "direct",
    ["a link to the parent"] = "up/canary", ["a magic link"] = "magic/canary", ["a chain of links"] = "l1/canary",
    ["NUL"] = "a\0/../../canary", ["too long"] = ("x"):rep(4097), ["long components"] = ("x/"):rep(2049) .. "y",
    ["empty"] = "", ["dot"] = ".", ["two dots"] = "..", ["trailing slash"] = "new/", ["slash"] = "/",
    ["through a file"] = "a/b",
  }
  local verbs = {
    read = function(root, path) return root:read(path) end,
    open = function(root, path) return root:open(path) end,
    write = function(root, path) return root:write(path, "gone") end,
    append = function(root, path)
      local file <close>, message, code = root:append(path)
      return file and file:write("gone"), message, code
    end,
    remove = function(root, path) return root:remove(path) end,
    remove_tree = function(root, path) return root:remove_tree(path) end,
    chmod = function(root, path) return root:chmod(path, 0) end,
    mkdir = function(root, path) return root:mkdir(path .. "/x") end,
    mkdirs = function(root, path) return root:mkdirs(path .. "/x") end,
    symlink = function(root, path) return root:symlink("x", path) end,
    rename_from = function(root, path) return root:rename(path, "stolen") end,
    rename_to = function(root, path) return root:rename("a", path, { replace = true }) end,
    exchange = function(root, path) return root:rename("a", path, { exchange = true }) end,
    copy_from = function(root, path) return root:copy(path, "stolen") end,
    copy_to = function(root, path) return root:copy("a", path) end,
    lock = function(root, path) return root:lock(path, "gone") end,
    list = function(root, path) return root:list(path .. "/..") end,
    usage = function(root, path) return root:usage(path .. "/..") end,
    walk = function(root, path) return root:walk(path .. "/..") end,
    sub = function(root, path) return root:sub(path .. "/..") end,
    stat = function(root, path) return root:stat(path .. "/../canary") end,
    readlink = function(root, path) return root:readlink(path) end,
  }
  -- What may succeed because it touches only what is inside: the root itself is a place like any other, and
  -- a link at the end of a path is removed, replaced or moved itself.
  local inside = {
    ["a link to the file"] = { remove = true, remove_tree = true, write = true, copy_to = true, rename_from = true,
      rename_to = true, exchange = true, readlink = true },
    ["dot"] = { mkdir = true, chmod = true },
    ["trailing slash"] = { mkdirs = true },
  }

  local function plant(base)
    shell([[cd %s/in && echo a >a && ln -s .. out && ln -s %s absolute && ln -s ../canary direct && ln -s . here &&
      ln -s ./here/.. up && ln -s /proc/self/root%s magic && ln -s out l40 &&
      for i in $(seq 39 -1 1); do ln -s l$((i+1)) l$i; done]], base, base, base)
  end

  local function content(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("a")
    file:close()
    return text
  end

  -- The canaries, their neighbours and their modes, seen through a root of its own.
  local function outside(base)
    local above <close> = assert(fs.root(base))
    local names = {}
    for i, entry in ipairs(above:list(".")) do names[i] = entry.name end
    return { content(base .. "/canary"), content(base .. "/in2/canary"), above:stat("canary").mode,
      table.concat(names, " ") }
  end

  for verb, act in pairs(verbs) do
    it(verb .. " never leaves the root, whatever the path", with_root(function(root, base)
      plant(base)
      for name, path in pairs(hostile) do
        local result, _, code = act(root, type(path) == "function" and path(base) or path)
        local may = (inside[name] or {})[verb]
        if may then
          assert.is_truthy(result, name)
          shell("rm -rf %s/in/* %s/in/.[!.]*", base, base)
          plant(base)
        else
          assert.is_nil(result, verb .. " with " .. name)
          assert.is_string(code, verb .. " with " .. name)
        end
        assert.same({ "canary", "canary", 420, "canary in in2" }, outside(base), name)
      end
    end))
  end

  it("takes encodings, backslashes and overlong UTF-8 literally", with_root(function(root, base)
    for _, name in ipairs { "%2e%2e", "..%2fcanary", "%252e%252e", "..\\canary", "\xc0\xae\xc0\xae", "...", "-rf",
      "a\nb", "$(id)" } do
      assert.is_true(root:write(name, "here"), name)
      assert.equal("here", root:read(name))
      assert.is_true(root:remove(name))
    end
    assert.equal("canary", shell("cat %s/canary", base))
  end))

  it("neither blocks on a planted pipe nor opens a device", with_root(function(root, base)
    shell("mkfifo %s/in/pipe", base)
    assert.equal("EINVAL", code_of(root:read("pipe")))
    assert.equal("EINVAL", code_of(root:append("pipe")))
    assert.equal("EINVAL", code_of(root:lock("pipe", "x")))
    assert.equal("EINVAL", code_of(root:copy("pipe", "b")))
    assert.equal("fifo", root:stat("pipe").type)
  end))

  it("says what is wrong in words", with_root(function(root)
    local _, message = root:read("../canary")
    assert.equal("read ../canary: the path leads out of its directory", message)
    root:symlink("a", "l")
    _, message = root:write("l/x", "")
    assert.equal("write l/x: there is a symbolic link on the way", message)
    _, message = root:read("no")
    assert.equal("read no: No such file or directory", message)
  end))
end)

describe("host.fs against a racing process", function()
  -- Swaps a directory and a link to the outside as fast as it can, until its standard input ends.
  local SWAPPER = [[
    local fs = require "host.fs"
    local root = assert(fs.root(...))
    io.stdout:write("ready\n")
    io.stdout:flush()
    while not root:stat("stop") do
      for _ = 1, 50 do root:rename("dir", "link", { exchange = true }) end
    end
    return 0]]

  local function race(root, base, body)
    local script = base .. "/swap.lua"
    local file = assert(io.open(script, "w"))
    file:write(SWAPPER)
    file:close()
    shell("cd %s/in && mkdir dir && ln -s ../in2 link && mkdir ../in2/sub && echo s >../in2/sub/s", base)
    local swapper = assert(io.popen(("exec '%s' lua %s %s/in"):format(runtime.executable, script, base)))
    assert.equal("ready", swapper:read("l"))
    local ok, err = pcall(body)
    root:write("stop", "")
    swapper:close()
    if not ok then error(err, 0) end
  end

  it("never writes, removes or changes through a link that is swapped in", with_root(function(root, base)
    local won, lost = 0, 0
    local function count(ok) if ok then won = won + 1 else lost = lost + 1 end end
    race(root, base, function()
      for i = 1, 20000 do
        count(root:write("dir/f", "x", nil, { sync = false }))
        count(root:mkdirs("dir/made/deep"))
        count(root:chmod("dir/f", 384))
        count(root:copy("dir/f", "dir/g"))
        count(root:remove("dir/f"))
        count(root:remove("dir/canary"))
        count(root:rename("dir/g", "dir/canary", { replace = true }))
        count(root:remove_tree("dir/made"))
        count(root:remove_tree("dir/sub"))
        if i >= 300 and won > 300 and lost > 300 then break end
      end
    end)
    assert.is_true(won > 0 and lost > 0)
    assert.equal("canary\nsub\n", shell("ls -A %s/in2", base))
    assert.equal("canary s\n", shell("cat %s/in2/canary; echo ' '$(cat %s/in2/sub/s)", base, base))
  end))

  it("never removes through a tree whose directories become links", with_root(function(root, base)
    race(root, base, function()
      for _ = 1, 300 do
        root:mkdirs("dir/a/b")
        root:remove_tree("dir")
        root:remove_tree("link")
        root:mkdir("dir")
        root:symlink("../in2", "link")
      end
    end)
    assert.equal("canary\nsub\n", shell("ls -A %s/in2", base))
  end))
end)

describe("host.fs without memory", function()
  it("leaks no descriptor, whichever allocation fails", with_root(function(root, base)
    root:mkdirs("tree/a/b")
    root:write("tree/a/f", ("x"):rep(5000))
    local source = ([[
      local fs = require "host.fs"
      local root = fs.root(%q)
      local sub <close> = root:sub("tree")
      sub:read("a/f", 10000)
      sub:read("nothing")
      sub:list("a")
      sub:usage(".")
      sub:stat("a")
      for path in sub:walk(".") do path = path .. "" end
      local file <close> = sub:append("log")
      file:write("x")
      local reader = sub:open("a/f")
      reader:read(100)
      local lock = sub:lock("lock", "me")
      sub:lock("lock", "you")
      sub:write("a/g", "y", nil, { sync = false })
      sub:remove_tree("a/g")]]):format(base .. "/in")
    local before = open_fds()
    local n = 0
    while true do
      local ok, message, code = fault.run(source, n)
      assert.equal(before, open_fds())
      if ok then break end
      assert.equal("ENOMEM", code, message)
      n = n + 1
    end
    assert.is_true(n > 20)
  end))
end)
