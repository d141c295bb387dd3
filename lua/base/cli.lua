-- Command lines: commands, options and arguments as data; help on stdout exit 0, misuse one line on stderr exit 2.
--
-- A program is {name=, summary=, options=list, commands=list}. A command is {name="user create", summary=,
-- args=list, options=list, run=function(values) → exit code|nil | nil, err}. An argument is {name=, help=,
-- optional=, rest=} (rest takes all that is left, as a list); an option is {name="lines", short="n", value="N"
-- (absent for a flag), type="integer", min=, max=, one_of=, negatable=, default=, required=, help=}. values
-- has them by name, with - as _. Options of the program are accepted by every command.
local errors = require "base.errors"
local text = require "base.text"

local M = {}

local Usage = {}

local function misuse(format, ...)
  error(setmetatable({ text = format:format(...) }, Usage), 0)
end

local function key_of(name)
  return (name:lower():gsub("-", "_"))
end

local function find_option(options, word)
  for _, option in ipairs(options) do
    if word == "--" .. option.name or option.short and word == "-" .. option.short then
      return option, true
    end
    if option.negatable and word == "--no-" .. option.name then return option, false end
  end
end

local function typed(option, word, shown)
  if option.one_of then
    for _, allowed in ipairs(option.one_of) do
      if word == allowed then return word end
    end
    misuse("%s must be one of %s", shown, table.concat(option.one_of, ", "))
  end
  if option.type ~= "integer" then return word end
  local number = word:match("^[+-]?%d+$") and math.tointeger(tonumber(word))
  if not number then misuse("%s must be a whole number", shown) end
  if number < (option.min or number) or number > (option.max or number) then
    misuse("%s must be between %d and %d", shown, option.min or math.mininteger, option.max or math.maxinteger)
  end
  return number
end

local function take_option(options, words, i, values)
  local name, inline = words[i]:match("^(%-%-[^=]+)=(.*)$")
  name = name or words[i]
  local option, on = find_option(options, name)
  if not option then misuse("unknown option %s", text.printable(name)) end
  local key = key_of(option.name)
  if not option.value then
    if inline then misuse("%s takes no value", name) end
    values[key] = on
    return i + 1
  end
  local word = inline or words[i + 1]
  if not word then misuse("%s needs a value, %s", name, option.value) end
  values[key] = typed(option, word, name)
  return inline and i + 1 or i + 2
end

local function place_arguments(args, found, values)
  local count = #found
  for i, argument in ipairs(args) do
    local key = key_of(argument.name)
    if argument.rest then
      values[key] = table.move(found, i, #found, 1, {})
      count = 0
    elseif found[i] then
      values[key] = typed(argument, found[i], argument.name)
    elseif not argument.optional then
      misuse("%s is missing", argument.name)
    end
  end
  if count > #args then misuse("unexpected argument %s", text.printable(found[#args + 1])) end
end

local function joined(...)
  local out = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #out + 1, out) end
  return out
end

local function parse(command, options, words)
  local values, found, i = {}, {}, 1
  while i <= #words do
    local word = words[i]
    if word == "--" then
      table.move(words, i + 1, #words, #found + 1, found)
      break
    elseif word:match("^%-.") then
      i = take_option(options, words, i, values)
    else
      found[#found + 1] = word
      i = i + 1
    end
  end
  place_arguments(command.args or {}, found, values)
  for _, option in ipairs(options) do
    local key = key_of(option.name)
    if values[key] == nil then values[key] = option.default end
    if option.required and values[key] == nil then misuse("--%s is missing", option.name) end
  end
  return values
end

local function shown_argument(argument)
  local name = argument.name .. (argument.rest and "…" or "")
  return argument.optional and "[" .. name .. "]" or name
end

local function shown_option(option)
  local name = (option.short and "-" .. option.short .. ", " or "")
    .. "--" .. (option.negatable and "[no-]" or "") .. option.name
  return option.value and name .. " " .. option.value or name
end

local function help_rows(lines, title, rows)
  if #rows == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = title
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, utf8.len(row[1])) end
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "  " .. row[1] .. (" "):rep(width - utf8.len(row[1]) + 2) .. (row[2] or "")
  end
end

local function option_rows(options)
  local rows = {}
  for _, option in ipairs(options) do rows[#rows + 1] = { shown_option(option), option.help } end
  rows[#rows + 1] = { "--help", "Show this help" }
  return rows
end

local function command_help(program, command)
  local parts = { program.name, command.name }
  for _, argument in ipairs(command.args or {}) do parts[#parts + 1] = shown_argument(argument) end
  local lines = { "Usage: " .. table.concat(parts, " ") .. " [options]", command.summary }
  local rows = {}
  for _, argument in ipairs(command.args or {}) do
    rows[#rows + 1] = { shown_argument(argument), argument.help }
  end
  help_rows(lines, "Arguments:", rows)
  help_rows(lines, "Options:", option_rows(joined(command.options or {}, program.options or {})))
  return table.concat(lines, "\n") .. "\n"
end

local function program_help(program, prefix)
  local lines = { "Usage: " .. program.name .. " COMMAND [options]", program.summary }
  local rows = {}
  for _, command in ipairs(program.commands) do
    if not command.hidden and command.name:sub(1, #prefix) == prefix then
      rows[#rows + 1] = { command.name, command.summary }
    end
  end
  help_rows(lines, "Commands:", rows)
  lines[#lines + 1] = ("\n`%s COMMAND --help` says more about one of them."):format(program.name)
  return table.concat(lines, "\n") .. "\n"
end

-- The command with the longest name that the words begin with, and the number of its words.
local function find_command(program, words)
  local best, best_count
  for _, command in ipairs(program.commands) do
    local count, fits = 0, true
    for word in command.name:gmatch("%S+") do
      count = count + 1
      fits = fits and words[count] == word
    end
    if fits and (not best or count > best_count) then best, best_count = command, count end
  end
  return best, best_count
end

local function wants_help(words)
  for _, word in ipairs(words) do
    if word == "--" then return false end
    if word == "--help" or word == "-h" then return true end
  end
  return false
end

local function is_group(program, word)
  for _, command in ipairs(program.commands) do
    if command.name:sub(1, #word + 1) == word .. " " then return true end
  end
  return false
end

local function unknown_command(program, words)
  if not words[1] then misuse("which command? (try %s --help)", program.name) end
  local shown = text.printable(words[1])
  if is_group(program, words[1]) then
    misuse("which %s command? (try %s %s --help)", shown, program.name, shown)
  end
  misuse("unknown command %s (try %s --help)", shown, program.name)
end

-- What to do for a command line: a text to show, or a command and its values; misuse raises.
local function plan(program, words)
  local command, count = find_command(program, words)
  if not command then
    if not wants_help(words) then unknown_command(program, words) end
    local group = words[1] and is_group(program, words[1]) and words[1] .. " " or ""
    return { show = program_help(program, group) }
  end
  local rest = table.move(words, count + 1, #words, 1, {})
  if wants_help(rest) then return { show = command_help(program, command) } end
  local options = joined(command.options or {}, program.options or {})
  return { command = command, values = parse(command, options, rest) }
end

--- Run a command line.
-- @param program table see the top of this file
-- @param words table list of strings, the arguments
-- @param out function(text) writes to stdout
-- @param complain function(text) writes to stderr
-- @return integer exit code
function M.run(program, words, out, complain)
  local ok, todo = pcall(plan, program, words)
  if not ok then
    if getmetatable(todo) ~= Usage then error(todo, 0) end
    complain(("%s: %s\n"):format(program.name, todo.text))
    return 2
  end
  if todo.show then
    out(todo.show)
    return 0
  end
  local code, err = todo.command.run(todo.values)
  if code == nil and err ~= nil then
    complain(("%s: %s\n"):format(program.name, text.printable(tostring(err))))
    return errors.is(err) and err.exit or 1
  end
  return code or 0
end

return M
