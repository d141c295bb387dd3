-- l4d2ctl logs of a server whose output is in the journal: this run, harmless, to its end and no further.
local journal = require "host.journal"
local journal_files = require "spec.support.journal_files"
local logs = require "ctl.logs"

describe("l4d2ctl logs, out of the journal", function()
  local UNIT <const> = "left4me-server@1.service"
  local files, log, status, shown, out
  before_each(function()
    files = journal_files.new()
    files:add { { MESSAGE = "of the run before", _SYSTEMD_UNIT = UNIT, PRIORITY = 6 } }
    log = { kind = "journal", unit = UNIT, after = journal.cursor(files.path), directory = files.path }
    status, shown = "running", ""
    out = function(text)
      shown = shown .. text
      return true
    end
  end)
  after_each(function() files:remove() end)

  local function printed(text, line_break)
    return { MESSAGE = text, _SYSTEMD_UNIT = UNIT, PRIORITY = 6, _LINE_BREAK = line_break }
  end

  local function said(text)
    return { MESSAGE = text, _PID = 1, UNIT = UNIT, PRIORITY = 6 }
  end

  local function run(lines, follow)
    local backend = {
      log = function() return log end,
      status = function() return { state = type(status) == "function" and status() or status } end,
    }
    return logs.run({
      backend = function() return backend end, out = function(text) return out(text) end,
    }, { name = "1", lines = lines, follow = follow })
  end

  it("shows the last lines of this run only, systemd's words among them", function()
    files:add { said "Starting it.", printed "one", printed("tw", "line-max"), printed "o", said "Stopped it." }
    assert.equal(0, run(100))
    assert.equal("[systemd] Starting it.\none\ntwo\n[systemd] Stopped it.\n", shown)
    shown = ""
    run(1)
    run(0)
    assert.equal("[systemd] Stopped it.\n", shown)
  end)

  it("shows what would move a terminal instead of sending it, and cuts long lines", function()
    files:add { printed "\27[2Jred\r", printed(("x"):rep(5000)), printed("left open", "line-max") }
    run(100)
    assert.equal("\\x1b[2Jred\n" .. ("x"):rep(4096) .. " … [cut]\nleft open\n", shown)
  end)

  it("shows nothing of a server that never ran", function()
    log = nil
    assert.equal(0, run(100, true))
    assert.equal("", shown)
  end)

  it("--follow shows what comes, also of a restart, and ends when the run is over and read to its end", function()
    local first, second = ("1"):rep(32), ("2"):rep(32)
    local function of(text, invocation)
      local entry = printed(text)
      entry._SYSTEMD_INVOCATION_ID = invocation
      return entry
    end
    files:add { of("one", first) }
    log.invocation = first
    out = function(text)
      shown = shown .. text
      if shown == "one\n" then files:add { of("two", second) } end
      return true
    end
    status = function()
      if shown ~= "one\ntwo\n" then return "running" end
      files:add { printed("last words", "line-max") }
      return "stopped"
    end
    assert.equal(0, run(100, true))
    assert.equal("one\ntwo\nlast words\n", shown)
  end)

  it("--follow ends when another run has begun, and shows nothing of it", function()
    files:add { printed "one" }
    out = function(text)
      shown = shown .. text
      files:add { printed "two" }
      log = { kind = "journal", unit = UNIT, after = journal.cursor(files.path), directory = files.path }
      files:add { printed "of the next run" }
      return true
    end
    assert.equal(0, run(100, true))
    assert.equal("one\ntwo\n", shown)
  end)

  it("--follow ends when its reader is gone", function()
    files:add { printed "one" }
    out = function() return nil end
    assert.equal(0, run(100, true))
  end)

  it("says why there is nothing to read", function()
    log.directory = "/none"
    local code, message = run(100)
    assert.is_nil(code)
    assert.matches("keeps no journal", message)
  end)
end)
