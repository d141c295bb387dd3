-- `left4me check`: says line by line what is right, what is not, and how to mend it.
local context = require "boot.commands.context"
local database = require "boot.database"
local directory = require "boot.directory"
local finding = require "base.finding"
local fs = require "host.fs"
local identity = require "boot.identity"
local ports = require "boot.ports"
local record = require "boot.check_record"
local texts = require "domain.findings"

local fine, wrong = finding.fine, finding.wrong

local function directories(config, root)
  local lines = {}
  local function look(name, stat)
    if stat.mode & 7 ~= 0 then
      lines[#lines + 1] = wrong(texts.state.open { path = name }, "chmod o= " .. name)
    end
  end
  look(config.root, assert(root:stat(".")))
  for _, folder in ipairs(directory.FOLDERS) do
    local stat = root:stat(folder)
    if not stat or stat.type ~= "directory" then
      lines[#lines + 1] = wrong(texts.state.no_folder { path = config.root .. "/" .. folder }, "left4me migrate")
    end
  end
  local key = root:stat("secret_key")
  if key and key.mode & 63 ~= 0 then
    local path = config.root .. "/secret_key"
    lines[#lines + 1] = wrong(texts.state.open_key { path = path }, "chmod 0600 " .. path)
  end
  if #lines == 0 then lines[1] = fine(texts.state.directory { path = config.root }) end
  return lines
end

local function database_line(config)
  local d, _, problem = database.open(config)
  if not d then return wrong(problem) end
  local ok, message = d:check()
  d:close()
  if ok then return fine(texts.database.sound()) end
  return wrong(texts.database.unsound { message = message:match("^[^\n]*") }, texts.database.put_back())
end

local function installation(root)
  local program = root:stat("installation/srcds_run")
  if program then return fine(texts.state.game()) end
  return wrong(texts.state.no_game(), "l4d2ctl install")
end

local function space(root)
  local free = root:free()
  if not free then return wrong(texts.state.unknown_space()) end
  local mib = free.free_bytes >> 20
  if mib < 1024 then return wrong(texts.state.little_space { mib = mib }, texts.state.make_room()) end
  return fine(texts.state.space { gib = mib >> 10 })
end

local function state_lines(config)
  local root <close> = fs.root(config.root)
  if not root then
    return { wrong(texts.state.no_root { path = config.root }, "left4me migrate --root " .. config.root) }
  end
  local lines = directories(config, root)
  lines[#lines + 1] = database_line(config)
  lines[#lines + 1] = installation(root)
  lines[#lines + 1] = space(root)
  return lines
end

-- The host is looked at by who asks; the state directory, where nothing of root's may stay behind, by left4me.
-- → findings about the state directory, findings about the host, whether the host was seen as it is
local function look(config)
  local seen = record.sees_host(config)
  local host = require("backends." .. config.backend).check()
  local ok, _, problem = identity.settle(config)
  return ok and state_lines(config) or { wrong(problem) }, host, seen
end

local WORDS = { [true] = "ok    ", [false] = "WRONG ", note = "note  " }

-- → how many lines are wrong
local function say(lines)
  local problems = 0
  for _, line in ipairs(lines) do
    context.say("%s%s", WORDS[line.ok], line.text)
    if line.ok == false then
      problems = problems + 1
      if line.mend then context.say("      to mend it: %s", line.mend) end
    end
  end
  return problems
end

local function run(values)
  local config, err = ports.config({ root = values.root }, true)
  if not config and values.root then return nil, err end
  local problems
  if config then
    local state, host, seen = look(config)
    problems = say(state) + say(host)
    local ok, message = true, nil
    if values.keep then ok, message = record.keep(config, state, seen and host or nil) end
    if not ok then return nil, ("the result cannot be kept: %s"):format(message) end
  else
    -- A setting that keeps everything from starting is the one thing to mend first. Nothing is kept of that.
    problems = say { wrong(err.text, "correct it in the environment or in /etc/left4me") }
  end
  context.say(problems == 0 and "Everything is in order." or "%d of this needs mending.", problems)
  return problems == 0 and 0 or 1
end

return {
  { name = "check",
    options = { { name = "keep", help = "Keep the result where the dashboard shows it" } },
    summary = "Say what is right with this installation, what is not, and how to mend it", run = run },
}
