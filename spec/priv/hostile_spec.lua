-- What root does for units, against names, ids and files made to hurt, and against links swapped while it works.
local scratch = require "spec.support.scratch"

local ROUNDS <const> = 120
local MOST_ROUNDS <const> = 20000

local function for_root(name, source, expected)
  it(name, function()
    if not scratch.are_we_root() then return pending("only this host's root may do this") end
    local s <close> = scratch.new()
    assert.equal(expected, s:as_root(("local ROUNDS, MOST_ROUNDS = %d, %d\n"):format(ROUNDS, MOST_ROUNDS)
      .. "local host = require('spec.support.priv_host').new(path)\n" .. source))
  end)
end

-- A generator of its own: the same inputs every time.
local INPUTS = [[
local seed = 20
local function random(n)
  seed = (seed * 6364136223846793005 + 1442695040888963407)
  return (seed >> 33) % n + 1
end
local function pick(list) return list[random(#list)] end
local function count_mounts()
  local n = 0
  for _ in io.lines "/proc/self/mountinfo" do n = n + 1 end
  return n
end
]]

describe("Names and ids", function()
  for_root("that are none are refused with one line and exit 2, and nothing happens", INPUTS .. [[
    local PARTS = { "..", "/", ".", "x", "a", "0", "7", "-", "_", " ", "\n", "\t", "\\", "%", "%2e", "é", "\xff", "X",
      "--", "$(id)", ";", "*", "~", "@", ":", ",", "'", '"', ("y"):rep(64), "+", "1e3", "0x10", "-1", "\27[2J", "١" }
    local instance = require "domain.instance"
    local mounts, wrong = count_mounts(), {}
    for round = 1, 300 do
      local name = ""
      for _ = 1, random(5) do name = name .. pick(PARTS) end
      local verb = pick { "mount", "umount", "purge", "stage", "unstage" }
      local is_id = name:find "^[1-9]%d*$" and #name <= 18
      local valid = (verb == "stage" or verb == "unstage") and is_id
        or verb ~= "stage" and verb ~= "unstage" and instance.valid_name(name)
      local code, err = host:left4me { verb, "--", name }
      local one_line = err:find "^left4me: [^\n\27]*\n$"
      if not valid and (code ~= 2 or not one_line) then wrong[#wrong + 1] = verb .. name .. code end
      if valid and code ~= 0 and not (code == 1 and one_line) then wrong[#wrong + 1] = err end
      if valid and verb == "mount" then host:left4me { "umount", name } end
      if valid and verb == "stage" then host:left4me { "unstage", name } end
    end
    print(table.concat(wrong, "\n"), count_mounts() == mounts, host:canary_lives(), host:good "ls")
  ]], "\ttrue\ttrue\tinstallation\ninstances\noverlays\nrun\nruntime\n\n")
end)

describe("A hostile instance.env", function()
  for_root("mounts nothing but layers beneath the state directory", INPUTS .. [[
    local privileged = require "priv.mount"
    local owner = { uid = 1980, gid = 1980 }
    local state = fs.root(host.state)
    local LINES = { "L4D2_PORT=27015", "L4D2_PORT=99999", "L4D2_ARGS=", "L4D2_ARGS=\"a\\\"b\"", "L4D2_ARGS=\"",
      "PATH=/tmp", "",
      "L4D2_LOWERDIRS=installation", "L4D2_LOWERDIRS=overlays/1:installation", "L4D2_LOWERDIRS=" .. host.canary,
      "L4D2_LOWERDIRS=overlays/../../../canary:installation", "L4D2_LOWERDIRS=overlays/1/../../x:installation",
      "L4D2_LOWERDIRS=overlays//etc:installation", "L4D2_LOWERDIRS=/etc:installation",
      "L4D2_LOWERDIRS=overlays/.:installation",
      "L4D2_LOWERDIRS=overlays/away:installation", "L4D2_LOWERDIRS=overlays/away/work:installation",
      "L4D2_LOWERDIRS=overlays/1,upperdir=/etc:installation", "L4D2_LOWERDIRS=overlays/1\\:/etc:installation",
      "L4D2_LOWERDIRS=" .. ("overlays/1:"):rep(498) .. "installation", "L4D2_LOWERDIRS=" .. ("overlays/1:"):rep(500)
      .. "installation", "L4D2_ALIASES=a=overlays/1", "\0", "\xff=\xfe", ("x"):rep(70000),
      "L4D2_LOWERDIRS=overlays/\27[2J" }
    local LAYERS = {}
    for _, line in ipairs(LINES) do LAYERS[#LAYERS + 1] = line:match "^L4D2_LOWERDIRS=(.*)" end
    host:good("ln -s " .. host.canary .. " overlays/away")
    local mounts, wrong, good = count_mounts(), {}, 0
    for round = 1, 1000 do
      local lines = {}
      if random(3) > 1 then lines = { "L4D2_PORT=27015", "L4D2_ARGS=", "L4D2_LOWERDIRS=" .. pick(LAYERS) } end
      for _ = 1, (random(8) - 1) // 5 do lines[#lines + 1] = pick(LINES) end
      local text = table.concat(lines, pick { "\n", "\n", "\n", "\r\n", "\n\n" })
      if random(10) == 1 then text = text:sub(1, random(#text + 1) - 1) end
      local at = random(#text + 1)
      if random(10) == 1 then text = text:sub(1, at - 1) .. string.char(random(256) - 1) .. text:sub(at + 1) end
      assert(state:write("instances/x/instance.env", text, 420, { sync = false }))
      local ok, err = privileged.mount(state, "x", owner)
      if ok then
        good = good + 1
        if io.open(host.state .. "/runtime/x/merged/secret") then wrong[#wrong + 1] = text end
        local options
        for line in io.lines "/proc/self/mountinfo" do
          if line:find("/runtime/x/merged", 1, true) then options = line end
        end
        if not options or options:find("canary", 1, true) then wrong[#wrong + 1] = text end
      elseif type(err) ~= "string" or err == "" then
        wrong[#wrong + 1] = tostring(err)
      end
      assert(privileged.umount(state, "x"))
    end
    print(table.concat(wrong, "\n"), good > 20 and good < 980 or good, count_mounts() == mounts, host:canary_lives())
  ]], "\ttrue\ttrue\ttrue\n")

  for_root("that is no file is neither waited for nor read", [[
    for _, script in ipairs { "mkfifo e", "mkdir e", "ln -s /etc/shadow e",
      "ln -s " .. host.canary .. "/instance.env e", "ln -s /dev/zero e",
      "ln -s /proc/self/fd/0 e", "ln -s e e", "truncate -s 100G e",
      "ln /etc/passwd e || touch e" } do
      host:good("cd instances/x; rm -rf e instance.env; " .. script .. "; mv -T e instance.env")
      local code, err = host:left4me { "mount", "x" }
      if code ~= 1 or not err:find "^left4me: [^\n]*\n$" then print(script, code, err) end
      if err:find "root:" then print("told", err) end
    end
    print(host:canary_lives())
  ]], "true\n")
end)

-- Each place that root looks at, exchanged with a link to the canary all the time.
describe("A link that comes and goes", function()
  local RACE = [[
    local state = fs.root(host.state)
    local ids = { owner = { uid = 1980, gid = 1980 }, sandbox = { uid = 1981, gid = 1981 } }
    local verbs = { mount = require "priv.mount".mount, umount = require "priv.mount".umount,
      purge = require "priv.purge".purge }
    local stages = require "priv.stage"
    assert(host:canary_lives())
    local done, refused, harm = 0, 0, {}
    local function count(ok) if ok then done = done + 1 else refused = refused + 1 end end
    -- On a busy machine the swapper may stand on one side for long: both are to be met.
    local function enough(round) return round >= ROUNDS and done > 0 and refused > 0 end
    -- While the swapper stands still, so that what is looked at is what was mounted.
    local function look(swapper)
      swapper:kill "STOP"
      repeat
        local file = assert(io.open(("/proc/%d/stat"):format(swapper:pid())))
        local state = file:read("a"):match "%) (%u) "
        file:close()
        assert(state ~= "Z", "the swapper ended")
      until state == "T"
      for line in io.lines "/proc/self/mountinfo" do
        if line:find(host.canary, 1, true) then harm.canary = true end
        local point = line:match " (/%S+/merged) " or line:match " (/%S+/overlay) "
        for _, name in ipairs { "secret", "nine", "work/kept" } do
          if point and io.open(point .. "/" .. name) then harm[name] = true end
        end
      end
      swapper:kill "CONT"
    end
    local function verdict(swapper)
      swapper:kill "KILL"
      for name in pairs(harm) do print(name .. " was let in") end
      print(done > 0 and refused > 0, host:canary_lives())
    end
  ]]

  for _, place in ipairs { "runtime/x/upper", "runtime/x/work", "runtime/x/merged", "runtime/x", "runtime",
    "overlays/1", "overlays", "installation", "instances/x/instance.env", "instances/x" } do
    for_root("at " .. place .. " is never mounted, nor followed by umount", RACE .. ([[
      local place = %q
      local swapper = host:swap(place, host.canary .. (place:find "instance.env" and "/instance.env" or ""))
      for round = 1, MOST_ROUNDS do
        count(verbs.mount(state, "x", ids.owner))
        look(swapper)
        verbs.umount(state, "x")
        if enough(round) then break end
      end
      verdict(swapper)
    ]]):format(place), "true\ttrue\n")
  end

  for _, place in ipairs { "runtime/x", "runtime/x/work" } do
    for_root("at " .. place .. " leads no purge away", RACE .. ([[
      local swapper = host:swap(%q, host.canary)
      for _ = 1, ROUNDS do
        count(verbs.purge(state, "x"))
        state:mkdirs("runtime/x/work/work", 511)
      end
      done, refused = 1, 1 -- a link itself may be removed, and what comes after it is all removed
      verdict(swapper)
    ]]):format(place), "true\ttrue\n")
  end

  for _, place in ipairs { "overlays/1", "overlays" } do
    for_root("at " .. place .. " is never staged", RACE .. ([[
      local swapper = host:swap(%q, host.canary)
      local staging = require("priv.place").open("/run", "left4me/builds")
      for round = 1, MOST_ROUNDS do
        local file = stages.stage(state, staging, 1, ids)
        count(file)
        if file then file:close() end
        look(swapper)
        assert(stages.unstage(staging, 1))
        if enough(round) then break end
      end
      verdict(swapper)
    ]]):format(place), "true\ttrue\n")
  end
end)
