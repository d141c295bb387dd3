-- The polkit rule in a JavaScript engine: exactly unit × verb, for every other name, verb, user and action nothing.
local root = arg and arg[0] and arg[0]:match("^(.*)/spec/run%.lua$") or "."
local RULE = root .. "/deploy/polkit/50-left4me.rules"

-- Reads cases as JSON from a file and prints one answer a line: YES, or NOT_HANDLED, or what else the rule said.
local HARNESS = [[
const fs = require("fs");
let rule;
globalThis.polkit = {
  Result: { NO: "no", YES: "yes", AUTH_ADMIN: "auth_admin", NOT_HANDLED: "not handled" },
  addRule: (one) => { rule = one; },
  log: () => {},
};
(0, eval)(fs.readFileSync(process.argv[2], "utf8"));
for (const c of JSON.parse(fs.readFileSync(process.argv[3], "utf8"))) {
  const details = { unit: c.unit, verb: c.verb };
  const action = { id: c.id, lookup: (key) => details[key] };
  console.log(rule(action, { user: c.user, groups: [], local: false, active: false, isInGroup: () => true }));
}
]]

local json = require "host.json"
local MANAGE = "org.freedesktop.systemd1.manage-units"

local function write(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function ask(cases)
  local program, data = write(HARNESS), write(json.encode(cases))
  local pipe = assert(io.popen(("node '%s' '%s' '%s' 2>&1"):format(program, RULE, data)))
  local answers = {}
  for line in pipe:lines() do answers[#answers + 1] = line end
  local ok = pipe:close()
  os.remove(program)
  os.remove(data)
  assert(ok, table.concat(answers, "\n"))
  assert.equal(#cases, #answers)
  return answers
end

local ALLOWED = {
  ["left4me-server@"] = { start = true, stop = true, ["reset-failed"] = true },
  ["left4me-mount@"] = { stop = true },
  ["left4me-boot@"] = { start = true, stop = true },
  ["left4me-purge@"] = { start = true },
  ["left4me-stage@"] = { stop = true },
  ["build-overlay@"] = { start = true, stop = true, ["reset-failed"] = true },
}
local VERBS = {
  "start", "stop", "reset-failed", "restart", "try-restart", "reload", "reload-or-restart", "reload-or-try-restart",
  "kill", "kill-subgroup", "clean", "freeze", "thaw", "set-property", "ref", "bind-mount", "mount-image",
  "attach-process", "remove-subgroup", "cancel", "verify-active", "nop", "", "START", "start ", " start", "start\n",
  "starts", "toString", "0",
}
local NAMES = { "1", "42", "a", "survival-2", "x_y", ("n"):rep(64) }
local IDS = { "1", "7", "42", "9007199254740993" }
local TEMPLATES = {
  "left4me-web", "left4me-serverx@", "xleft4me-server@", "left4me-server",
  "build-overlay", "ssh", "ssh@", "getty@", "user@", "systemd-nspawn@", "LEFT4ME-SERVER@",
}
local HOSTILE = {
  "../x", "..", ".", "", " ", "1 ", " 1", "1\n", "\n1", "1\t", "1\0", "A", "Ä", "-1", "_1", "1.service", "1@2", "1/2",
  "1\\x2d2",
  "\\x2e\\x2e", "1;2", "1*", "*", "%i", "1,2", "é", "１", "1\u{2028}", ("n"):rep(65), "1.service\n", "1.service\nx",
}
local SUFFIXES = { "", ".socket", ".slice", ".scope", ".timer", ".mount", ".service.d", ".service ",
  ".service\n", "xservice", ".SERVICE" }

local function collect()
  local cases, expected = {}, {}
  local function add(answer, unit, verb, user, id)
    cases[#cases + 1] = { unit = unit, verb = verb, user = user or "left4me", id = id or MANAGE }
    expected[#expected + 1] = answer
  end
  for template, verbs in pairs(ALLOWED) do
    local build = template == "build-overlay@" or template == "left4me-stage@"
    for _, name in ipairs(build and IDS or NAMES) do
      local unit = template .. name .. ".service"
      for _, verb in ipairs(VERBS) do add(verbs[verb] and "yes" or "not handled", unit, verb) end
      for _, user in ipairs { "root", "l4d2-sandbox", "nobody", "", "left4me ", "Left4me", "left4mex" } do
        add("not handled", unit, "start", user)
      end
      for _, suffix in ipairs(SUFFIXES) do add("not handled", template .. name .. suffix, "start") end
      for _, id in ipairs { "manage-unit-files", "reload-daemon", "set-environment", "bypass-dump-ratelimit" } do
        add("not handled", unit, "start", nil, "org.freedesktop.systemd1." .. id)
      end
      add("not handled", unit, nil)
      add("not handled", unit .. " " .. unit, "start")
    end
    for _, name in ipairs(HOSTILE) do
      for verb in pairs(verbs) do add("not handled", template .. name .. ".service", verb) end
    end
  end
  for _, name in ipairs { "a", "0", "01", "-1", "1x", "1.0", "1e3", "0x1", "12345678901234567890" } do
    add("not handled", "build-overlay@" .. name .. ".service", "start")
    add("not handled", "left4me-stage@" .. name .. ".service", "stop")
  end
  for _, template in ipairs(TEMPLATES) do
    for _, verb in ipairs(VERBS) do add("not handled", template .. "1.service", verb) end
  end
  add("not handled", nil, nil)
  add("not handled", nil, "start")
  return cases, expected
end

describe("The polkit rule", function()
  local cases, expected, answers

  setup(function()
    cases, expected = collect()
    answers = ask(cases)
  end)

  it("is asked about more than a thousand pairs of unit and verb", function()
    assert.is_true(#cases > 1000)
  end)

  it("lets left4me do what its units are for, and nothing else", function()
    for i, case in ipairs(cases) do
      assert.equal(expected[i], answers[i], ("%q %q as %q for %s"):format(case.unit or "(none)", case.verb or "(none)",
        case.user, case.id))
    end
  end)

  it("says yes to every allowed pair at least once", function()
    local seen = {}
    for i, case in ipairs(cases) do
      if answers[i] == "yes" then seen[case.unit:match("^[^@]*@") .. case.verb] = true end
    end
    for template, verbs in pairs(ALLOWED) do
      for verb in pairs(verbs) do assert.is_true(seen[template .. verb], template .. verb) end
    end
  end)
end)
