-- Specs of services.content on real directories: what is seen of trees that builds and games wrote, and by whom.
local fs = require "host.fs"
local proc = require "host.proc"
local scratch = require "spec.support.service"
local support = require "spec.support.app"

describe("services.content", function()
  local app, content, bob, eve, admin, root, overlay
  before_each(function()
    app = support.new()
    root = scratch.temporary_directory()
    app.ports.fs, app.ports.config.root = assert(fs.root(root)), root
    content, bob, eve, admin = app.services.content, app.users.bob, app.users.eve, app.users.admin
    overlay = assert(app.services.overlays:create(bob, { name = "maps" }))
    assert(app.services.overlays:create(bob, { name = "prefix of eleven" }))
  end)
  after_each(function()
    app.ports.fs:close()
    proc.run { argv = { "rm", "-rf", "--", root }, timeout_ms = 20000 }
  end)

  local function shell(script)
    local result = assert(proc.run { argv = { "bash", "-ec", script }, cwd = root, timeout_ms = 20000 })
    assert.equal("exit 0", result.kind .. " " .. result.code, result.stderr)
  end

  -- "name:type:layer:covers …" of a directory.
  local function names(kind, id, path, from, actor)
    local seen, err = content:look(actor or bob, kind, id, path, from)
    if not seen then return err.code end
    local out = {}
    for i, entry in ipairs(seen.entries) do
      out[i] = kind == "overlay" and entry.name .. ":" .. entry.type
        or ("%s:%s:%s:%d"):format(entry.name, entry.type, entry.layer.name or entry.layer.kind, entry.covers)
    end
    return table.concat(out, " ")
  end

  describe("of an overlay", function()
    it("lists directories first, with sizes, times and where links lead", function()
      shell [[cd overlays/1; mkdir b A; printf 12345 >a; ln -s /etc/passwd c; ln -s nowhere d; mkfifo e
        touch -d @86400 a]]
      assert.equal("A:directory b:directory a:file c:symlink d:symlink e:fifo", names("overlay", 1, ""))
      local entries = content:look(bob, "overlay", 1, "").entries
      assert.same({ 5, 86400000, "a", 6 }, { entries[3].size, entries[3].mtime, entries[3].path, entries.total })
      assert.same({ "/etc/passwd", "nowhere" }, { entries[4].target, entries[5].target })
    end)

    it("is empty as long as nothing was built, and while its directory is gone", function()
      assert.equal("", names("overlay", 1, ""))
      shell "rmdir overlays/1"
      assert.equal("", names("overlay", 1, ""))
    end)

    it("shows a large directory page by page", function()
      shell [[cd overlays/1; seq -f f%04g 1200 | xargs touch]]
      local first = content:look(bob, "overlay", 1, "").entries
      assert.same({ 500, 500, 1200, "f0001" }, { #first, first.next, first.total, first[1].name })
      local last = content:look(bob, "overlay", 1, "", 1000).entries
      assert.same({ 200, "f1200" }, { #last, last[200].name })
      assert.is_nil(last.next)
      assert.equal("", names("overlay", 1, "", 5000))
    end)

    it("looks at so many entries of a directory and no more, and says so", function()
      local tree = require "services.tree"
      local most = tree.most_entries
      tree.most_entries = 10
      finally(function() tree.most_entries = most end)
      shell "cd overlays/1; seq 10 | xargs touch"
      local entries = content:look(bob, "overlay", 1, "").entries
      assert.same({ 10, false }, { entries.total, entries.cut })
      shell "cd overlays/1; touch 11"
      entries = content:look(bob, "overlay", 1, "").entries
      assert.same({ 10, true }, { entries.total, entries.cut })
    end)

    it("shows a file's text when it is text and short, whatever its bytes", function()
      shell [[cd overlays/1; printf 'a\r\n\tb\033]0;x\007\xff\n' >t; printf 'a\0b' >bin
        head -c 262144 /dev/zero | tr '\0' x >long; head -c 262145 /dev/zero | tr '\0' x >longer; : >none]]
      assert.equal("a\n\tb\u{FFFD}]0;x\u{FFFD}\u{FFFD}\n", content:look(bob, "overlay", 1, "t").file.text)
      assert.is_nil(content:look(bob, "overlay", 1, "bin").file.text)
      assert.equal(262144, #content:look(bob, "overlay", 1, "long").file.text)
      assert.is_nil(content:look(bob, "overlay", 1, "longer").file.text)
      assert.equal("", content:look(bob, "overlay", 1, "none").file.text)
    end)

    it("gives a file away by its path, and nothing else", function()
      shell [[cd overlays/1; mkdir -p d/e; echo x >d/e/f; ln -s d link; ln -s d/e/f file; mkfifo pipe]]
      local stream, name = content:download(bob, "overlay", 1, "d/e/f")
      assert.same({ "file", root .. "/overlays/1", "d/e/f", "f" }, { stream.kind, stream.directory, stream.path, name })
      assert.equal("user:" .. bob.id, stream.revoke[1])
      for _, path in ipairs { "", "d", "link", "link/e/f", "file", "pipe", "gone", "d/e/f/g" } do
        assert.equal("content.not_found", select(2, content:download(bob, "overlay", 1, path)).code, path)
      end
    end)

    it("leads nowhere else, whatever the path, and never waits", function()
      shell [[echo canary >canary; mkdir -p overlays/11 overlays/1/d; echo c >overlays/11/canary
        cd overlays/1; ln -s .. up; ln -s ../11 other; ln -s /etc etc; ln -s loop loop; ln -s gone dangling
        mkfifo pipe; mknod null c 1 3 2>/dev/null || mkfifo null; cd d; ln -s ../../../canary out]]
      for _, path in ipairs { "..", "../11", "../11/canary", "d/../../11", "d/..", "/etc/passwd", "/",
        root .. "/canary", "%2e%2e", "..%2f", "%252e%252e", "..\\..", "up", "up/11", "other/canary", "etc/passwd",
        "loop/x", "dangling/x", "d/out/x", "pipe/x", "null/x", "d/", "d//out", "./d", ".", "d\0", "\xc0\xae\xc0\xae/11",
        ("a"):rep(256), ("a"):rep(4097), ("d/"):rep(3000), ("../"):rep(20) .. "etc/passwd" } do
        local seen, err = content:look(bob, "overlay", 1, path)
        local shown = seen and (seen.file and seen.file.type .. tostring(seen.file.text) or "directory")
        if path == "up" then assert.equal("symlinknil", shown)
        else assert.equal("content.not_found", err and err.code, path .. " shows " .. tostring(shown)) end
        assert.is_nil((content:download(bob, "overlay", 1, path)), path)
      end
      for _, path in ipairs { "other", "etc", "loop", "dangling", "d/out" } do
        assert.same({ "symlink" }, { content:look(bob, "overlay", 1, path).file.type }, path)
        assert.is_nil((content:download(bob, "overlay", 1, path)), path)
      end
      assert.equal("fifo", content:look(bob, "overlay", 1, "pipe").file.type)
      assert.is_nil(content:look(bob, "overlay", 1, "null").file.text)
    end)

    it("goes 128 directories deep", function()
      shell "mkdir -p overlays/1/$(printf 'd/%.0s' $(seq 129))"
      assert.equal("d:directory", names("overlay", 1, ("d/"):rep(127) .. "d"))
      assert.equal("content.not_found", names("overlay", 1, ("d/"):rep(128) .. "d"))
    end)

    it("shows names that are no text, without a way to them", function()
      shell [[cd overlays/1; : >$'\xff\xfe'; : >$'line\nbreak'; : >'<b>"&']]
      local entries = content:look(bob, "overlay", 1, "").entries
      local by_name = {}
      for _, entry in ipairs(entries) do by_name[entry.name] = entry.path or "no way" end
      assert.same({ ["\u{FFFD}\u{FFFD}"] = "no way", ["line\u{FFFD}break"] = "line\nbreak", ['<b>"&'] = '<b>"&' },
        by_name)
    end)

    it("of someone else is not there", function()
      shell "echo x >overlays/1/a"
      assert.equal("overlay.not_found", names("overlay", 1, "", nil, eve))
      assert.equal("overlay.not_found", select(2, content:download(eve, "overlay", 1, "a")).code)
      assert.equal("a:file", names("overlay", 1, "", nil, admin))
      assert.equal("overlay.not_found", names("overlay", 99, ""))
    end)
  end)

  describe("of a server", function()
    local server, blueprint
    before_each(function()
      blueprint = assert(app.services.blueprints:create(bob,
        { name = "b", overlays = { { id = overlay.id }, { id = 2 } } }))
      server = assert(app.services.servers:create(bob, { name = "s", blueprint_id = blueprint.id }))
      shell [[mkdir -p runtime/1/upper/cfg installation/cfg overlays/1/cfg overlays/2/cfg
        echo own >runtime/1/upper/cfg/server.cfg; echo one >overlays/1/cfg/server.cfg; echo one >overlays/1/cfg/b
        echo two >overlays/2/cfg/b; echo game >installation/cfg/b; echo game >installation/cfg/c
        echo game >installation/srcds_run; mkdir installation/maps]]
    end)

    it("is the layers laid over each other, each entry with the one it is of", function()
      assert.equal("cfg:directory:own:3 maps:directory:game:0 srcds_run:file:game:0", names("server", 1, ""))
      assert.equal("b:file:maps:2 c:file:game:0 server.cfg:file:own:1", names("server", 1, "cfg"))
      assert.equal("one\n", content:look(bob, "server", 1, "cfg/b").file.text)
      assert.equal(root .. "/overlays/1", content:download(bob, "server", 1, "cfg/b").directory)
      assert.equal(root .. "/installation", content:download(bob, "server", 1, "cfg/c").directory)
      assert.equal(root .. "/runtime/1/upper", content:download(bob, "server", 1, "cfg/server.cfg").directory)
    end)

    it("hides what the game removed or replaced", function()
      shell [[cd runtime/1/upper; mknod cfg/b c 0 0; mkdir maps; : >maps/own; : >../../../installation/maps/game
        python3 -c "import os; os.setxattr('maps', 'user.overlay.opaque', b'y')"; mknod srcds_run c 0 0]]
      assert.equal("c:file:game:0 server.cfg:file:own:1", names("server", 1, "cfg"))
      assert.equal("own:file:own:0", names("server", 1, "maps"))
      assert.equal("cfg:directory:own:3 maps:directory:own:1", names("server", 1, ""))
      assert.equal("content.not_found", names("server", 1, "srcds_run"))
      assert.is_nil((content:download(bob, "server", 1, "cfg/b")))
    end)

    it("is what the kernel shows of the same layers after a game was busy in them", function()
      local mounted = assert(proc.run { argv = { "unshare", "-Urm", "bash", "-ec", [[
        mkdir -p overlays/1/{a,b/c,e} overlays/2/{b/c,f} installation/{b/c,e/g,h} runtime/1/work merged
        echo 1 >overlays/1/b/c/x; echo 2 >overlays/2/b/c/y; echo 3 >installation/b/c/z; echo 4 >installation/e/g/w
        echo 5 >installation/h/v; echo 6 >overlays/2/f/u; : >overlays/1/h; ln -s b/c overlays/2/link
        mount -t overlay overlay -o userxattr,upperdir=runtime/1/upper,workdir=runtime/1/work \
          -o lowerdir=overlays/1:overlays/2:installation merged
        cd merged; rm b/c/z cfg/c; rm -r e; mkdir -p e/new; : >e/new/file; rm h; mkdir h; rm -r f; echo new >b/c/x
        mv srcds_run moved; : >link/through
        find . -mindepth 1 -printf '%P %y\n' | sort]] }, cwd = root, timeout_ms = 20000 })
      assert.equal(0, mounted.code, mounted.stderr)
      local ours = {}
      local function descend(path)
        for _, entry in ipairs(content:look(bob, "server", 1, path).entries) do
          ours[#ours + 1] = entry.path .. " " .. entry.type:sub(1, 1):gsub("s", "l")
          if entry.type == "directory" then descend(entry.path) end
        end
      end
      descend ""
      local kernel = {}
      for line in mounted.stdout:gmatch "[^\n]+" do kernel[#kernel + 1] = line end
      table.sort(ours)
      table.sort(kernel)
      assert.same(kernel, ours)
      assert.is_true(#ours > 12)
    end)

    it("follows no link of one layer into another", function()
      shell [[cd overlays/1; ln -s ../../../installation way; ln -s cfg short
        cd ../../installation; mkdir way short; : >way/x]]
      assert.equal("content.not_found", names("server", 1, "way/x"))
      assert.equal("symlink", content:look(bob, "server", 1, "way").file.type)
      assert.is_nil((content:download(bob, "server", 1, "short/b")))
    end)

    it("is what was mounted while it runs, and what the next start will mount while it does not", function()
      shell [[mkdir -p instances/1; printf 'L4D2_PORT=1\nL4D2_ARGS=\nL4D2_LOWERDIRS=overlays/2:installation\n' \
        >instances/1/instance.env]]
      assert.equal("one\n", content:look(bob, "server", 1, "cfg/b").file.text)
      assert.is_false(content:look(bob, "server", 1, "").object.mounted)
      app.ports.store.servers:set_actual(1, { state = "running", at = 1 })
      local seen = content:look(bob, "server", 1, "cfg/b")
      assert.same({ "two\n", true, 3 }, { seen.file.text, seen.object.mounted, #seen.layers })
      shell "echo nonsense >instances/1/instance.env"
      assert.equal("one\n", content:look(bob, "server", 1, "cfg/b").file.text)
    end)

    it("names no overlay that its reader may not see", function()
      shell [[mkdir -p instances/1; printf 'L4D2_PORT=1\nL4D2_ARGS=\nL4D2_LOWERDIRS=overlays/3:installation\n' \
        >instances/1/instance.env; mkdir -p overlays/3; echo hers >overlays/3/x]]
      assert(app.services.overlays:create(eve, { name = "eve's secret" }))
      app.ports.store.servers:set_actual(1, { state = "running", at = 1 })
      local layer = content:look(bob, "server", 1, "").layers[2]
      assert.same({ "overlay" }, { layer.kind, layer.name, layer.id })
      assert.equal("eve's secret", content:look(admin, "server", 1, "").layers[2].name)
    end)

    it("keeps the RCON password from all but its owner", function()
      shell [[mkdir -p runtime/1/upper/left4dead2/cfg overlays/1/left4dead2/cfg
        echo rcon_password >runtime/1/upper/left4dead2/cfg/server.cfg; echo a >overlays/1/left4dead2/cfg/server.cfg]]
      local path = "left4dead2/cfg/server.cfg"
      assert.equal("rcon_password\n", content:look(bob, "server", 1, path).file.text)
      assert.is_table((content:download(bob, "server", 1, path)))
      assert.equal("content.secret", select(2, content:look(admin, "server", 1, path)).code)
      assert.equal("content.secret", select(2, content:download(admin, "server", 1, path)).code)
      shell "rm runtime/1/upper/left4dead2/cfg/server.cfg"
      assert.equal("a\n", content:look(admin, "server", 1, path).file.text)
    end)

    it("of someone else is not there; one that never ran has what it will have", function()
      assert.equal("server.not_found", names("server", server.id, "", nil, eve))
      assert.equal("server.not_found", select(2, content:download(eve, "server", server.id, "cfg/b")).code)
      shell "rm -rf runtime"
      assert.equal("b:file:maps:2 c:file:game:0 server.cfg:file:maps:0", names("server", 1, "cfg"))
    end)
  end)
end)
