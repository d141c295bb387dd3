-- Specs of boot.admin and its commands: the program as people run it at the machine.
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

describe("left4me", function()
  local root
  setup(function() root = service.temporary_directory() .. "/state" end)
  teardown(function() os.execute("rm -rf -- '" .. root:match("^(.*)/state$") .. "'") end)

  local function run(argv, env)
    local all = runtime.environ()
    all.LEFT4ME_ROOT, all.LEFT4ME_ADMIN_PASSWORD = root, nil
    for name, value in pairs(env or {}) do all[name] = value end
    local command = table.move(argv, 1, #argv, 2, { runtime.executable })
    local result = assert(proc.run { argv = command, env = all, input = env and env.input, timeout_ms = 20000 })
    return result.code, result.stdout, result.stderr
  end

  local function good(argv, env)
    local code, out, err = run(argv, env)
    assert.same({ 0, "" }, { code, err })
    return out
  end

  local COMMANDS = {
    { "serve" }, { "user", "create" }, { "user", "list" }, { "user", "passwd" }, { "user", "activate" },
    { "user", "deactivate" }, { "token", "create" }, { "token", "list" }, { "token", "revoke" },
    { "seed-script-overlays" }, { "migrate" }, { "backup" }, { "check" }, { "console" }, { "lua" }, { "build" },
    { "supervise" }, { "relay" }, { "mount" }, { "umount" }, { "stage" }, { "unstage" }, { "purge" },
    { "workshop-refresh" },
  }

  it("shows the help of every command on stdout with exit 0", function()
    for _, words in ipairs(COMMANDS) do
      local argv = table.move(words, 1, #words, 1, {})
      argv[#argv + 1] = "--help"
      local out = good(argv)
      assert.matches("^[Uu]sage: left4me " .. table.concat(words, " "):gsub("%-", "%%-"), out)
    end
    assert.matches("seed%-script%-overlays", good { "--help" })
  end)

  it("answers an unknown option or a bad argument with one line on stderr and exit 2", function()
    for _, argv in ipairs {
      {}, { "fly" }, { "user" }, { "user", "create" }, { "user", "create", "a", "--bad" }, { "token", "revoke", "x" },
      { "serve", "--listen", "nonsense" }, { "serve", "--backend", "docker" }, { "serve", "--backend", "systemd" },
      { "migrate", "extra" }, { "check", "--root" }, { "build" }, { "console", "--bad" }, { "supervise" },
      { "build", "1", "--root", "/" }, { "console", "--root", "/" }, { "check", "--root", "/" },
      { "relay" }, { "relay", "--bad" }, { "mount" }, { "mount", "../x" }, { "umount", "a", "b" }, { "purge", "" },
      { "stage", "0" }, { "unstage", "1 " }, { "stage", "--root", "/tmp", "1" },
    } do
      local code, out, err = run(argv)
      assert.same({ 2, "" }, { code, out }, table.concat(argv, " "))
      assert.matches("^left4me[^\n]*\n$", err)
    end
  end)

  it("has no Workshop items to refresh", function()
    assert.equal("There are no Workshop items to refresh.\n", good { "workshop-refresh" })
  end)

  it("stops at a bad variable with one line that names it", function()
    local code, _, err = run({ "user", "list" }, { JOB_WORKER_THREADS = "many" })
    assert.equal(2, code)
    assert.matches("^left4me: JOB_WORKER_THREADS [^\n]*\n$", err)
  end)

  it("makes the database once", function()
    assert.matches("from schema 0", good { "migrate" })
    assert.matches("already", good { "migrate" })
  end)

  it("creates users with a given, a piped and a random password", function()
    assert.equal("Created the admin root.\n",
      good({ "user", "create", "root", "--admin" }, { LEFT4ME_ADMIN_PASSWORD = "a long password" }))
    assert.equal("Created the user piped.\n", good({ "user", "create", "piped" }, { input = "a piped password\n" }))
    assert.matches("Password %(shown only now%): [%w_-]+\n$", good { "user", "create", "lucky", "--random-password" })
    local list = good { "user", "list" }
    for _, pattern in ipairs { "root +admin +active", "piped +user +active", "lucky +user" } do
      assert.matches(pattern, list)
    end
  end)

  it("refuses a short or missing password, a bad name and a taken one", function()
    for _, case in ipairs {
      { "short", { LEFT4ME_ADMIN_PASSWORD = "short" }, 2, "password must have at least 10" },
      { "none", { input = "" }, 2, "No password" },
      { "-x", { LEFT4ME_ADMIN_PASSWORD = "a long password" }, 2, "unknown option" },
      { "a b", { LEFT4ME_ADMIN_PASSWORD = "a long password" }, 2, "username must start" },
      { "ROOT", { LEFT4ME_ADMIN_PASSWORD = "a long password" }, 1, "a user of this name already" },
    } do
      local code, out, err = run({ "user", "create", case[1] }, case[2])
      assert.same({ case[3], "" }, { code, out })
      assert.matches(case[4], err)
    end
  end)

  it("changes passwords and shuts users out and in", function()
    assert.matches("changed", good({ "user", "passwd", "PIPED" }, { LEFT4ME_ADMIN_PASSWORD = "another password" }))
    assert.equal("piped is shut out.\n", good { "user", "deactivate", "piped" })
    assert.matches("piped +user +deactivated", good { "user", "list" })
    assert.equal("piped can log in.\n", good { "user", "activate", "piped" })
    local code, _, err = run { "user", "deactivate", "root" }
    assert.same({ 1, "left4me: This is the last active admin.\n" }, { code, err })
    assert.equal("left4me: There is no user nobody.\n", select(3, run { "user", "deactivate", "nobody" }))
  end)

  it("makes, lists and revokes tokens", function()
    assert.matches("^l4m_[%w_-]+\n$", good { "token", "create", "piped", "--name", "a script" })
    assert.matches("1 +piped +a script", good { "token", "list" })
    assert.equal("Token 1 of piped is revoked.\n", good { "token", "revoke", "1" })
    assert.equal("left4me: No such token.\n", select(3, run { "token", "revoke", "1" }))
  end)

  it("seeds script overlays, and the second time changes nothing", function()
    local scripts = root .. "/../scripts"
    os.execute(("mkdir '%s' && printf 'echo a\\r\\n' >'%s/a b.sh' && echo b >'%s/b.sh' && echo c >'%s/c.txt'")
      :format(scripts, scripts, scripts, scripts))
    local function jobs()
      local d = assert(require("host.db").open(root .. "/left4me.db"))
      local count = d:value("SELECT count(*) FROM jobs")
      d:close()
      return count
    end
    assert.equal("a b: created\nb: created\n", good { "seed-script-overlays", scripts })
    assert.equal(2, jobs())
    assert.equal("a b: unchanged\nb: unchanged\n", good { "seed-script-overlays", scripts })
    os.execute(("echo changed >'%s/b.sh'"):format(scripts))
    assert.equal("a b: unchanged\nb: updated\n", good { "seed-script-overlays", scripts })
    assert.equal(2, jobs())
    local code, _, err = run { "seed-script-overlays", "/nowhere" }
    assert.equal(1, code)
    assert.matches("^left4me: [^\n]*nowhere[^\n]*\n$", err)
  end)

  it("backs the database up, and never over a file", function()
    local file = root .. "/backups/x.db"
    good { "backup", file }
    local d = assert(require("host.db").open(file, { readonly = true }))
    assert.equal(3, d:value("SELECT count(*) FROM users"))
    d:close()
    assert.matches("exists already", select(3, run { "backup", file }))
  end)

  it("checks the installation and says how to mend what is wrong", function()
    local code, out = run { "check" }
    assert.equal(1, code)
    assert.matches("ok +the database is sound", out)
    assert.matches("WRONG the dedicated server is not installed[^\n]*\n +to mend it: l4d2ctl install", out)
    os.execute(("chmod o+rx '%s'"):format(root))
    assert.matches("WRONG everyone on this machine may look into", select(2, run { "check" }))
    os.execute(("chmod o-rx '%s' && : >'%s/installation/srcds_run'"):format(root, root))
    local _, mended = run { "check" }
    assert.is_nil(mended:find("WRONG the dedicated server", 1, true))
    assert.is_nil(mended:find("may look into", 1, true))
  end)

  it("keeps what it found for the dashboard when it is told to", function()
    assert.is_nil(io.open(root .. "/health.json"))
    run { "check", "--keep" }
    local file <close> = assert(io.open(root .. "/health.json"))
    local record = require("host.json").decode(file:read "a")
    local sound
    for _, finding in ipairs(record.findings) do
      sound = sound or finding.ok and finding.text:find("^the database is sound")
    end
    assert.is_truthy(sound)
    assert.is_true(record.disk.logs >= 0 and record.at > 1700000000000)
  end)

  it("checks a setting that keeps everything from starting", function()
    local code, out = run({ "check" }, { SECRET_KEY = "swordfish" })
    assert.equal(1, code)
    assert.matches("^WRONG SECRET_KEY must have at least 32 characters[^\n]*\n      to mend it: ", out)
    assert.is_nil(out:find("swordfish", 1, true))
  end)

  it("checks what is not there without making it", function()
    local code, out = run({ "check" }, { LEFT4ME_ROOT = root .. "-none" })
    assert.equal(1, code)
    assert.matches("WRONG there is no state directory", out)
    assert.is_nil(io.open(root .. "-none", "r"))
  end)
end)
