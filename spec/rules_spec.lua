-- The rules of the house as specs: layers, sizes, headers, maps and summaries are never argued in review.
local root = arg and arg[0] and arg[0]:match("^(.*)/spec/run%.lua$") or "."

local LUA_LINES, C_LINES, FUNCTION_LINES = 300, 450, 60
local TOP_LEVEL = {
  runtime = true, lua = true, templates = true, static = true, schema = true, deploy = true,
  spec = true, build = true, ["CMakeLists.txt"] = true, ["CMakePresets.json"] = true,
  ["README.md"] = true, LICENSE = true, ["compile_commands.json"] = true,
}

-- Which first components a layer may require. boot is absent: it alone joins layers.
local ARROWS = {
  base = { "base" },
  domain = { "domain", "base" },
  store = { "store", "domain", "base" },
  actions = { "actions", "domain", "base" },
  services = { "services", "domain", "base" },
  web = { "web", "actions", "domain", "base" },
  console = { "console", "actions", "domain", "base" },
  scheduler = { "scheduler", "domain", "base" },
  builders = { "builders", "domain", "base" },
  backends = { "backends", "builders", "domain", "base" },
  ctl = { "ctl", "backends", "domain", "base" },
  priv = { "priv", "domain", "base" },
}
-- Which host modules a layer may touch itself; all others reach it as ports.
local HOST = {
  base = {}, domain = {}, actions = {},
  store = { "db" },
  services = {},
  web = { "json" },
  console = { "json", "guard", "edit", "sock" },
  scheduler = { "loop", "proc", "hub", "clock", "fs" },
  builders = { "proc", "fs", "clock", "loop", "signal", "ns" },
  backends = { "bus", "clock", "crypto", "fs", "journal", "json", "loop", "mount", "ns", "proc", "runtime", "signal",
    "sock", "watch" },
  priv = { "fs", "loop", "mount", "runtime" },
  ctl = { "proc", "fs", "clock", "journal", "json", "loop", "runtime", "signal", "yaml", "sock" },
}

local function lines_of(command)
  local pipe = assert(io.popen(command))
  local out = {}
  for line in pipe:lines() do out[#out + 1] = line end
  pipe:close()
  return out
end

local function files(pattern, ...)
  return lines_of(("cd '%s' && find %s -type f -name '%s' -not -path '*/vendor/*' | sort")
    :format(root, table.concat({ ... }, " "), pattern))
end

local function read(path)
  local file = assert(io.open(root .. "/" .. path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function count_lines(text)
  return select(2, text:gsub("\n", "\n"))
end

local function set(list)
  local out = {}
  for _, name in ipairs(list) do out[name] = true end
  return out
end

local function expect_none(problems)
  assert.equal("", table.concat(problems, "\n"))
end

local function requires(text)
  local out = {}
  for name in text:gmatch("require%s*%(?%s*[\"']([%w_.]+)[\"']") do out[#out + 1] = name end
  return out
end

--- Functions of a C file as {name line, length}: a body opens at a line start's signature and closes at "}".
local function c_functions(text)
  local out, start, number = {}, nil, 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    if not start and line:match("^[%a].*%)%s*{$") or (not start and line:match("^%s+.*%)%s*{$")
      and line:match("^%s%s%s%s%s%s%s%s%s")) then
      start = number
    elseif start and line == "}" then
      out[#out + 1] = { line = start, length = number - start + 1 }
      start = nil
    end
  end
  return out
end

describe("The layout", function()
  it("has only the agreed names at the top level", function()
    local problems = {}
    for _, name in ipairs(lines_of(("ls '%s'"):format(root))) do
      if not TOP_LEVEL[name] then problems[#problems + 1] = name end
    end
    expect_none(problems)
  end)

  it("opens every file with a one-sentence header", function()
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua", "spec", "deploy")) do
      local first = read(path):match("^[^\n]*") or ""
      if not first:match("^%-%-%-? ?[%a@\"`]") then problems[#problems + 1] = path end
    end
    for _, path in ipairs(files("*.[ch]", "runtime", "spec")) do
      if not read(path):match("^/%* ") then problems[#problems + 1] = path end
    end
    expect_none(problems)
  end)

  it("says at the top of every script, unit and setting of deploy what it is for", function()
    local problems = {}
    for _, path in ipairs(files("*", "deploy")) do
      if not path:match("%.md$") and not path:match("%.lua$") and not path:match("%.png$") then
        local first = read(path):gsub("^#![^\n]*\n", ""):match("^[^\n]*")
        if not first:match("^# %u") and not first:match("^// %u") and not first:match("^# left4me ") then
          problems[#problems + 1] = path
        end
      end
    end
    expect_none(problems)
  end)

  it("gives every folder of more than five files a README that names each of them", function()
    local problems = {}
    for _, folder in ipairs(lines_of(("cd '%s' && find lua runtime deploy schema spec -type d -not -path '*/golden*' "
        .. "-not -path '*/vendor*' -not -path '*/templates*' | sort"):format(root))) do
      local names = lines_of(("cd '%s/%s' && find . -maxdepth 1 -type f -printf '%%f\\n' | sort"):format(root, folder))
      local readme = set(names)["README.md"] and read(folder .. "/README.md")
      local told_above = folder:match("^spec/") or folder:match("^lua/types") or folder:match("^lua/web/words/")
      if #names > 5 and not told_above then
        if not readme then
          problems[#problems + 1] = folder .. " has no README.md"
        else
          for _, name in ipairs(names) do
            local stem = name:gsub("%.[ch]$", ""):gsub("%.lua$", "")
            if name ~= "README.md" and not readme:find(stem, 1, true) then
              problems[#problems + 1] = folder .. "/README.md does not name " .. name
            end
          end
        end
      end
    end
    expect_none(problems)
  end)
end)

describe("Documentation", function()
  it("is above every function of a module, and every method of a service or a table", function()
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua")) do
      local before, documented = "", false
      local methods = path:match("^lua/services/") or path:match("^lua/store/")
      for line in read(path):gmatch("[^\n]*") do
        if line:sub(1, 3) == "---" then documented = true
        elseif line:sub(1, 2) ~= "--" or before:sub(1, 2) ~= "--" then
          local name = line:match("^function (M%.[%w_]+)") or methods and line:match("^function (%u%w*:[%w_]+)")
          if name and not documented then problems[#problems + 1] = ("%s: %s"):format(path, name) end
          documented = false
        end
        before = line
      end
    end
    expect_none(problems)
  end)
end)

describe("Sizes", function()
  it("keeps Lua files within their limit", function()
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua", "deploy")) do
      local count = count_lines(read(path))
      if count > LUA_LINES then problems[#problems + 1] = ("%s: %d lines"):format(path, count) end
    end
    expect_none(problems)
  end)

  it("keeps C files within their limit", function()
    local problems = {}
    for _, path in ipairs(files("*.[ch]", "runtime", "spec")) do
      local count = count_lines(read(path))
      if count > C_LINES then problems[#problems + 1] = ("%s: %d lines"):format(path, count) end
    end
    expect_none(problems)
  end)

  it("keeps Lua functions within their limit", function()
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua", "deploy")) do
      for _, line in ipairs(lines_of(("cd '%s' && luac5.4 -l -p '%s' | grep '^function <'"):format(root, path))) do
        local from, to = line:match(":(%d+),(%d+)>")
        if to - from + 1 > FUNCTION_LINES then
          problems[#problems + 1] = ("%s:%d: %d lines"):format(path, from, to - from + 1)
        end
      end
    end
    expect_none(problems)
  end)

  it("keeps C functions within their limit", function()
    local problems = {}
    for _, path in ipairs(files("*.c", "runtime", "spec")) do
      for _, body in ipairs(c_functions(read(path))) do
        if body.length > FUNCTION_LINES then
          problems[#problems + 1] = ("%s:%d: %d lines"):format(path, body.line, body.length)
        end
      end
    end
    expect_none(problems)
  end)
end)

describe("Layers", function()
  for layer, allowed in pairs(ARROWS) do
    it("lets " .. layer .. " require only downwards", function()
      local problems, arrows, host = {}, set(allowed), set(HOST[layer])
      for _, path in ipairs(files("*.lua", "lua")) do
        if path:match("^lua/" .. layer .. "[/.]") then
          for _, name in ipairs(requires(read(path))) do
            local first, second = name:match("^(%w+)%.?(%w*)")
            local fine = arrows[first] or (first == "host" and host[second]) or first == "lpeg"
            if not fine then problems[#problems + 1] = path .. " requires " .. name end
          end
        end
      end
      expect_none(problems)
    end)
  end

  it("knows every folder of lua", function()
    local joined = { boot = true, types = true }
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua")) do
      local layer = path:match("^lua/([%w_]+)")
      if not ARROWS[layer] and not joined[layer] then problems[#problems + 1] = path end
    end
    expect_none(problems)
  end)

  it("keeps the domain and base free of clocks, files and the operating system", function()
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua/domain", "lua/base")) do
      local code = read(path):gsub("%-%-[^\n]*", "")
      for _, name in ipairs { "io", "os", "debug" } do
        if code:match("[^%w_.\"']" .. name .. "%.%a") then
          problems[#problems + 1] = path .. " uses " .. name
        end
      end
    end
    expect_none(problems)
  end)

  it("keeps SQL in the store", function()
    local problems = {}
    for _, path in ipairs(files("*.lua", "lua")) do
      if not path:match("^lua/store/") and not path:match("^lua/types/") then
        local code = read(path):gsub("%-%-[^\n]*", "")
        for _, verb in ipairs { "SELECT%s+[%w%*]", "INSERT%s+INTO", "UPDATE%s+%w+%s+SET", "DELETE%s+FROM",
          "PRAGMA%s" } do
          if code:match("[\"'%[]%s*" .. verb) then problems[#problems + 1] = path end
        end
      end
    end
    expect_none(problems)
  end)

  it("keeps Lua out of the engines", function()
    local problems = {}
    for _, path in ipairs(files("*.c", "runtime")) do
      local text = read(path)
      if text:match("scoped_%w+%s") and text:match("lua_State") then
        for body in text:gmatch("\n(%a[^\n]-%b()%s*%b{})") do
          if body:match("lua_State") and body:match("scoped_%l+%s") then
            problems[#problems + 1] = path .. ": " .. body:match("^[^\n]*")
          end
        end
      end
    end
    expect_none(problems)
  end)
end)

describe("Words", function()
  it("leaves no word that stands where work is missing", function()
    local problems = {}
    for _, kind in ipairs { "*.lua", "*.c", "*.h", "*.sh", "*.html", "*.js", "*.css", "*.sql" } do
      for _, path in ipairs(files(kind, "lua", "runtime", "templates", "static", "schema", "deploy")) do
        local text = read(path)
        for _, word in ipairs { "TODO", "FIXME", "XXX", "not implemented" } do
          if text:find(word, 1, true) then problems[#problems + 1] = path .. ": " .. word end
        end
      end
    end
    expect_none(problems)
  end)
end)

describe("Characters that are not seen", function()
  it("are the same ones in names and in logs", function()
    local text = require "base.text"
    local class = read("static/js/ansi.js"):match "INVISIBLE = /%[(.-)%]/u"
    local in_logs, from = {}, nil
    for digits, dash in class:gmatch "\\u{?(%x+)}?(%-?)" do
      local last = tonumber(digits, 16)
      for code = from or last, last do in_logs[code] = true end
      from = dash == "-" and last or nil
    end
    local problems = {}
    for _, block in ipairs { { 0xA0, 0xD7FF }, { 0xE000, 0xFFFF }, { 0xE0000, 0xE0FFF } } do
      for code = block[1], block[2] do
        if (text.invisible(utf8.char(code)) ~= nil) ~= (in_logs[code] == true) then
          problems[#problems + 1] = ("U+%04X"):format(code)
        end
      end
    end
    expect_none(problems)
  end)
end)

describe("Registries", function()
  it("give every action a summary, a permission and a help text for each argument", function()
    local problems = {}
    for _, action in ipairs(require("actions").list()) do
      if not (action.summary and action.summary:match("%S")) then
        problems[#problems + 1] = action.name .. " has no summary"
      end
      if not action.permission then problems[#problems + 1] = action.name .. " has no permission" end
      for _, argument in ipairs(action.args or {}) do
        if not argument.help then
          problems[#problems + 1] = action.name .. "." .. argument.name .. " has no help"
        end
      end
    end
    expect_none(problems)
  end)

  it("describe every method of a handle in a typed twin", function()
    local twins = {}
    for _, path in ipairs(files("host_*.lua", "lua/types")) do twins[#twins + 1] = read(path) end
    local text, problems = table.concat(twins), {}
    for _, path in ipairs(files("*.c", "runtime")) do
      for name, binding in read(path):gmatch('{"(%w[%w_]*)",%s*l_([%w_]+)}') do
        if not text:match("function [%w_]+[.:]" .. name .. "%(") then
          problems[#problems + 1] = path .. ": " .. binding
        end
      end
    end
    expect_none(problems)
  end)

  it("describe every host module in a typed twin with the same names", function()
    local problems = {}
    for name in read("runtime/bindings.c"):gmatch('{"host%.([%w_]+)"') do
      local stub = read(("lua/types/host_%s.lua"):format(name))
      for key, value in pairs(require("host." .. name)) do
        if type(value) == "function" and not stub:match("function%s+[%w_]*[.:]" .. key .. "%s*%(") then
          problems[#problems + 1] = ("lua/types/host_%s.lua lacks %s"):format(name, key)
        end
      end
    end
    expect_none(problems)
  end)
end)
