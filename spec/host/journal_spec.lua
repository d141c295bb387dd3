-- The journal of a booted host: nothing that units print is lost, doubled or taken for another's, come what may.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local journal = require "host.journal"
local loop = require "host.loop"
local output = require "backends.systemd.output"
local proc = require "host.proc"
local runtime = require "host.runtime"

local UNITS <const> = "/run/systemd/system/"

local function sh(command)
  local result = assert(proc.run { argv = { "bash", "-c", command }, timeout_ms = 60000 })
  assert(result.code == 0, command .. ": " .. result.stderr)
  return (result.stdout:gsub("\n$", ""))
end

describe("The journal of a host", function()
  local names, count = {}, 0

  local function write(path, text)
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
  end

  -- A unit that runs a script, with more lines for its section [Service].
  local function unit(script, more, command)
    count = count + 1
    local name = ("left4me-journal-spec-%d.service"):format(count)
    local path = ("/run/left4me-journal-spec-%d.sh"):format(count)
    names[#names + 1] = name
    write(path, script)
    write(UNITS .. name, ("[Service]\nExecStart=%s/bin/bash %s\nLogRateLimitIntervalSec=0\n%s\n"):format(
      command or "", path, more or ""))
    sh "systemctl daemon-reload"
    return name
  end

  after_each(function()
    for _, name in ipairs(names) do
      os.execute("systemctl stop " .. name .. " 2>/dev/null")
      os.remove(UNITS .. name)
    end
    names = {}
    os.execute "rm -f /run/left4me-journal-spec-*; systemctl daemon-reload; systemctl reset-failed"
  end)

  -- A follower of a unit from now on; next() waits for an entry.
  local function follower(name, options)
    options = options or {}
    options.unit, options.after = name, journal.cursor()
    local entries, poll = assert(journal.open(options)), assert(loop.new())
    poll:add(assert(entries:fd()), "r", "journal")
    local self = {}
    function self.next()
      for _ = 1, 1000 do
        local entry = entries:next()
        if entry then return entry end
        poll:wait(entries:timeout())
        entries:process()
      end
      error("nothing more came from " .. name)
    end
    function self.up_to(last)
      local out = {}
      repeat out[#out + 1] = self.next() until out[#out].text == last
      return out
    end
    function self.close()
      poll:close()
      entries:close()
    end
    return self
  end

  local function numbered(lines, from)
    for i = 1, #lines - 1 do
      local text = lines[i].text or lines[i]
      if text ~= "line " .. (from or 1) + i - 1 then assert.equal("line " .. (from or 1) + i - 1, text) end
    end
  end

  local COUNT <const> = 'for i in $(seq %d); do echo "line $i"; %s done; echo end\n'

  it("has the first line of a unit that prints and ends at once", function()
    local name = unit("echo only\n", "Type=oneshot")
    for _ = 1, 20 do
      local heard = follower(name)
      sh("systemctl start " .. name)
      assert.equal("only", heard.next().text)
      heard.close()
    end
  end)

  it("has all of a running unit by its invocation, and nothing of the one before", function()
    local name = unit("echo first; echo second; sleep 1000\n")
    for _ = 1, 3 do
      local heard = follower(name)
      sh("systemctl restart " .. name)
      heard.up_to "second"
      local invocation = sh("systemctl show --value -p InvocationID " .. name)
      sh "journalctl --sync"
      local run <close> = assert(journal.open { unit = name, invocation = invocation, restarts = true })
      local lines = {}
      for entry in function() return (run:next()) end do lines[#lines + 1] = entry.text end
      assert.same({ "first", "second" }, lines)
      heard.close()
    end
  end)

  it("has all of a build by its stream, to the relay's mark, however fast it ends", function()
    local name = unit("echo wrong >&2; echo out; echo; echo '  '; echo '<2>not so bad'; printf 'no line feed'",
      "Type=oneshot\nSyslogLevelPrefix=yes", runtime.executable .. " relay ")
    for _ = 1, 10 do
      local lines <close> = assert(output.new { unit = name, after = journal.cursor() })
      sh("systemctl start " .. name)
      local heard = {}
      lines:drain(function(_, ms)
        local poll <close> = loop.new()
        poll:add(lines:fd(), "r", "journal")
        poll:wait(ms)
      end, function(line) heard[#heard + 1] = line.stream .. " " .. line.text end)
      assert.equal(0, lines:exit_code())
      local out, wrong = {}, {}
      for _, line in ipairs(heard) do table.insert(line:find "^stderr" and wrong or out, line) end
      assert.same({ "stderr wrong" }, wrong)
      assert.same({ "stdout out", "stdout ", "stdout   ", "stdout <2>not so bad", "stdout no line feed" }, out)
    end
  end)

  it("tells systemd's words from the unit's, and nobody else's", function()
    local name = unit("echo mine\n", "Type=oneshot")
    local heard = follower(name, { manager = true })
    sh(("logger --journald <<< $'MESSAGE=a forgery\\nUNIT=%s\\n_PID=1\\n_SYSTEMD_UNIT=%s'"):format(name, name))
    sh("systemctl start " .. name)
    -- They reach the journal on two ways, in no order.
    local texts, ends = {}, { mine = true, Finished = true }
    repeat
      local entry = heard.next()
      texts[#texts + 1] = (entry.manager and "systemd: " or "unit: ") .. entry.text
      ends[entry.text:match "^%a+"] = nil
    until next(ends) == nil
    heard.close()
    local all = table.concat(texts, "\n")
    assert.matches("systemd: Starting", all)
    assert.matches("unit: mine", all)
    assert.is_nil(all:find("forgery", 1, true))
  end)

  it("has long lines in parts that say so, and none where another process goes on with a line", function()
    local name = unit("printf '%0100000d\\n' 7; printf 'one process'; /bin/echo 'another'; echo end\n")
    local heard = follower(name)
    sh("systemctl start " .. name)
    local parts = heard.up_to "end"
    heard.close()
    local lines, out = require("domain.journal_lines").new(1 << 20), {}
    for _, part in ipairs(parts) do lines:add(part, out) end
    for i, line in ipairs(out) do out[i] = line.text end
    assert.equal(6, #parts)
    assert.same({ ("0"):rep(99999) .. "7", "one process", "another", "end" }, out)
  end)

  it("loses and doubles nothing when journald is started anew while it is followed", function()
    local name = unit(COUNT:format(3000, "sleep 0.001;"))
    local heard = follower(name)
    sh("systemctl start --no-block " .. name)
    for _ = 1, 2 do
      heard.next()
      sh "systemctl restart systemd-journald"
    end
    local lines = heard.up_to "end"
    heard.close()
    assert.equal(2999, #lines)
    numbered(lines, 3)
  end)

  it("loses and doubles nothing over rotations", function()
    local name = unit(COUNT:format(2000, "sleep 0.001;"))
    local heard = follower(name)
    sh("systemctl start --no-block " .. name)
    for _ = 1, 3 do
      heard.next()
      sh "journalctl --rotate"
    end
    local lines = heard.up_to "end"
    heard.close()
    assert.equal(1998, #lines)
    numbered(lines, 4)
  end)

  it("reaches a browser's stream whole, over a rotation, a restart of journald and a lost connection", function()
    local name = unit(COUNT:format(2000, "sleep 0.001;"))
    local server <close> = echo.start()
    local address = ("/journal?unit=%s&after=%s"):format(name, journal.cursor())
    local stream = http.events(server.address, address)
    sh("systemctl start --no-block " .. name)
    local lines, last = {}, nil
    local function hear(text)
      repeat
        local event = assert(stream.next())
        last = event.id
        if not event.data:find("^%[systemd%]") then lines[#lines + 1] = event.data end
      until lines[#lines] == text
    end
    hear "line 3"
    sh "journalctl --rotate"
    hear "line 300"
    sh "systemctl restart systemd-journald"
    hear "line 700"
    stream.close()
    stream = http.events(server.address, address .. "&from=" .. last)
    hear "end"
    stream.close()
    assert.equal(2001, #lines)
    numbered(lines)
  end)

  it("shows no earlier run, whatever place is asked for, and goes on through a restart after a crash", function()
    local name = unit("echo run again; sleep 0.2; [ -e /run/left4me-journal-spec-again ] || kill -9 $$\necho end\n",
      "Restart=on-failure\nRestartSec=100ms")
    sh("systemctl start " .. name)
    local before = follower(name)
    sh "touch /run/left4me-journal-spec-again"
    before.up_to "end"
    before.close()
    local old <close> = assert(journal.open { unit = name, tail = 1 })
    old:next()
    local after = journal.cursor()
    sh "rm /run/left4me-journal-spec-again"
    local server <close> = echo.start()
    local stream = http.events(server.address, ("/journal?unit=%s&after=%s&from=%s"):format(name, after, old:cursor()))
    sh("systemctl start " .. name)
    local heard = {}
    repeat
      heard[#heard + 1] = stream.next().data
      if heard[#heard]:find "Scheduled restart" then sh "touch /run/left4me-journal-spec-again" end
    until heard[#heard] == "end"
    stream.close()
    local all = table.concat(heard, "\n")
    assert.matches("%[systemd%] Start", all)
    assert.equal(2, select(2, all:gsub("run again", "")))
  end)

  it("is read by members of systemd-journal only, and the others are told so", function()
    write("/run/left4me-journal-spec.lua", [[
      local cursor, message = require("host.journal").cursor()
      print(cursor or message)]])
    local command = ("setpriv --reuid=65534 --regid=65534 %%s -- %s lua /run/left4me-journal-spec.lua")
      :format(runtime.executable)
    local shown = ("chmod a+x /root; %s"):format(command)
    assert.matches("only members of the group systemd%-journal", sh(shown:format "--clear-groups"))
    assert.is_true(journal.is_cursor(sh(shown:format "--groups systemd-journal")))
    sh "chmod 700 /root"
  end)
end)
