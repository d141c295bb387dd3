-- `left4me console` as people use it: one chunk, a pipe, a terminal.
local clock = require "host.clock"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local HOST = runtime.share_dir .. "/spec/support/scheduler_host.lua"

describe("left4me console", function()
  local root, env, host

  local function left4me(input, ...)
    return assert(proc.run {
      argv = { runtime.executable, ... }, env = env, input = input, timeout_ms = 30000,
    })
  end

  local function chunk(code)
    local result = left4me(nil, "console", "--root", root, "-e", code)
    return result.code, result.stdout, result.stderr
  end

  setup(function()
    root = service.temporary_directory()
    env = runtime.environ()
    env.LEFT4ME_ROOT, env.XDG_STATE_HOME = nil, root
    env.LEFT4ME_ADMIN_PASSWORD = "correct horse battery"
    assert.equal(0, left4me(nil, "migrate", "--root", root).code)
    assert.equal(0, left4me(nil, "user", "create", "boss", "--admin", "--root", root).code)
    host = assert(proc.spawn {
      argv = { runtime.executable, "lua", HOST, root }, env = env, stdin = "null",
      stdout = "null", stderr = "inherit",
    })
    service.eventually("the console's socket", function()
      return left4me(nil, "console", "--root", root, "-e", "1").code == 0
    end)
  end)

  teardown(function()
    host:kill("TERM")
    service.eventually("the host's end", function() return host:wait() end)
    host:close()
    os.execute("rm -r " .. root)
  end)

  it("runs one chunk and exits with 0, or 1 on an error", function()
    assert.same({ 0, "2\n", "" }, { chunk("1 + 1") })
    assert.same({ 0, "a\n", "" }, { chunk("print 'a'") })
    assert.same({ 0, "", "" }, { chunk("x = 1") })
    assert.same({ 1, "", "console:1: x\n" }, { chunk("error 'x'") })
    assert.same({ 1, "", "console:1: unexpected symbol near <eof>\n" }, { chunk("x =") })
    assert.same({ 1, "", "No such server.\n" }, { chunk("server(9):start()") })
  end)

  it("works on the real service", function()
    local code, out = chunk("tasks:list()")
    assert.equal(0, code)
    assert.matches("queue .*a job to start or cancel", out)
    assert.matches("boss", (select(2, chunk("users:list()"))))
    assert.matches("owner +boss", (select(2,
      chunk("overlays:create{name = 'maps', script = 'true'}"))))
    assert.matches("build_overlay", (select(2, chunk("jobs:list()"))))
    local _, _, err = chunk("jobs:list{state = 'odd'}")
    assert.matches("state must be one of", err)
  end)

  it("reads the database and cannot write it", function()
    assert.same({ 0, "username\nboss\n", "" },
      { chunk("db:query('SELECT username FROM users WHERE id = ?', 1)") })
    for _, sql in ipairs { "DELETE FROM users", "ATTACH '/tmp/x' AS x",
      "VACUUM INTO '/tmp/left4me-x'", "nonsense" } do
      local code = chunk(("db:query(%q)"):format(sql))
      assert.equal(1, code, sql)
    end
    local _, _,
      err = chunk("db:query('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) " ..
      "SELECT count(*) FROM c')")
    assert.matches("It took too long", err)
    assert.is_nil(io.open("/tmp/left4me-x"))
  end)

  it("is recorded in the audit, without passwords", function()
    chunk("local secret_marker = 1; " ..
      "return pcall(users.create, users, {username = 'x', password = \"hunter2 hunter2\"})")
    local _, out = chunk("db:query(\"SELECT door, detail " ..
      "FROM audit WHERE detail LIKE '%secret_marker%' LIMIT 1\")[1]")
    assert.matches("door +console", out)
    local code,
      found = chunk("db:query(\"SELECT 1 FROM audit WHERE instr(detail, 'hunter' || 2) > 0\")")
    assert.same({ 0, "(none)\n" }, { code, found })
  end)

  it("runs what comes through a pipe, to the first error", function()
    local result = left4me("x = 1\nfor i = 1, 2 do\n  print(i + x)\nend\n'end'\n", "console",
      "--root", root)
    assert.same({ 0, "2\n3\nend\n", "" }, { result.code, result.stdout, result.stderr })
    result = left4me("error 'a'\nprint 'b'\n", "console", "--root", root)
    assert.same({ 1, "", "console:1: a\n" }, { result.code, result.stdout, result.stderr })
    result = left4me("", "console", "--root", root)
    assert.equal(0, result.code)
    result = left4me("if x then\n", "console", "--root", root)
    assert.same({ 1, "The last chunk is not complete.\n" }, { result.code, result.stderr })
  end)

  it("says how to start a service that is not there, and what its options are", function()
    local result = left4me(nil, "console", "--root", root .. "/none", "-e", "1")
    assert.equal(1, result.code)
    assert.matches("No service runs on .*/none; start it with: left4me serve %-%-root .*/none",
      result.stderr)
    result = left4me(nil, "console", "--help")
    assert.equal(0, result.code)
    assert.matches("%-e", result.stdout)
    result = left4me(nil, "console", "--odd")
    assert.equal(2, result.code)
    assert.matches("^left4me: unknown option %-%-odd\n$", result.stderr)
  end)

  describe("on a terminal", function()
    local terminal, seen

    --- Read until the text has come since the last match.
    local function expect(text)
      local deadline = clock.monotonic() + 20000
      while true do
        local _, last = seen:find(text, 1, true)
        if last then
          seen = seen:sub(last + 1)
          return
        end
        local data, why = terminal:read("stdout", 65536)
        if data then
          seen = seen .. data
        else
          assert(why == "again" and clock.monotonic() < deadline, ("no %q in %q"):format(text,
            seen))
          require("host.loop").new():wait(5)
        end
      end
    end

    local function type_in(keys)
      assert.equal(#keys, terminal:write(keys))
    end

    before_each(function()
      local command = ("exec '%s' console --root '%s'"):format(runtime.executable, root)
      env.TERM = "xterm"
      terminal = assert(proc.spawn {
        argv = { "script", "-qec", command, "/dev/null" }, env = env, stdin = "pipe",
          stdout = "pipe",
        stderr = "inherit", session = true,
      })
      seen = ""
      expect("as boss. help() lists what there is")
      expect("left4me> ")
    end)

    after_each(function()
      type_in("\4")
      local status = service.eventually("the console's end", function()
        terminal:read("stdout", 65536)
        return terminal:wait()
      end)
      terminal:close()
      assert.same({ "exit", 0 }, { status.kind, status.code })
    end)

    it("edits, runs, prompts for more, shows errors", function()
      type_in("1 + \1\5 41\r")
      expect("\n42\r\n")
      type_in("for i = 1, 2 do\r")
      expect(">> ")
      type_in("print('line ' .. i) end\r")
      expect("\nline 1\r\n")
      type_in("error 'oh'\r")
      expect("\nconsole:1: oh\r\n")
    end)

    it("stops a running chunk, and clears a line, on Ctrl-C", function()
      type_in("while true do end\r")
      expect("while true do end\r\n")
      type_in("\3")
      expect("cancelled\r\n")
      expect("left4me> ")
      type_in("if x then\r")
      expect(">> ")
      type_in("half a li\3")
      expect("^C\r\n")
      expect("left4me> ")
      type_in("'still ' .. 'here'\r")
      expect("\nstill here\r\n")
    end)

    it("completes with the Tab key and remembers lines", function()
      type_in("serv\ts:li\t()\r")
      expect("(none)\r\n")
      type_in("string.g\t")
      expect("gmatch  gsub")
      type_in("\21'again'\r")
      expect("\nagain\r\n")
      type_in("\16\r")
      expect("\nagain\r\n")
    end)
  end)
end)
