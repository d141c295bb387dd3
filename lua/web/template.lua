-- Compiles templates to Lua functions with LPeg; everything is escaped unless a template says {{{ }}}.
--
--   {{ expr }}  {{{ raw }}}  {# comment #}  {% include "name" %}
--   {% if expr %} … {% elseif expr %} … {% else %} … {% end %}     {% for item in expr %} … {% end %}
--
-- An expression is: names with dots, "text", numbers, true, false, nil, ==, ~=, <, >, and, or, not, ( ), and calls
-- of the helpers given. No other Lua gets in. A line of a template is a line of the function, so errors name it.
-- Only text, numbers and booleans can be written: a table or a function in a template is a mistake and raises.
local lpeg = require "lpeg"
local memo = require "base.memo"

local M = {}

local P, R, S, V, C, Ct, Cp = lpeg.P, lpeg.R, lpeg.S, lpeg.V, lpeg.C, lpeg.Ct, lpeg.Cp

local space = S " \t" ^ 0 -- a tag is on one line, so that lines stay lines
local letter = R("az", "AZ") + "_"
local name = C(letter * (letter + R "09") ^ 0)
local function token(p) return p * space end
local function word(w) return token(P(w) * -(letter + R "09")) end
local function node(kind) return function(...) return { kind = kind, ... } end end

local function fold(first, rest)
  for i = 1, #rest, 2 do first = { kind = "binary", rest[i], first, rest[i + 1] } end
  return first
end
local function chain(item, operator) return item * Ct((C(operator) * space * item) ^ 0) / fold end

local expression = P {
  "either",
  either = chain(V "both", P "or" * -letter),
  both = chain(V "compared", P "and" * -letter),
  compared = chain(V "unary", P "==" + "~=" + S "<>"),
  unary = word "not" * V "unary" / node "not" + V "primary",
  primary = token(P '"' * C((1 - S '"\n') ^ 0) * '"') / node "text"
    + token(C(R "09" ^ 1)) / node "number"
    + token(C(P "true" + "false" + "nil") * -(letter + R "09")) / node "word"
    + token(name * "(") * Ct((V "either" * (token "," * V "either") ^ 0) ^ -1) * token ")" / node "call"
    + token(Ct(name * ("." * name) ^ 0)) / node "path"
    + token "(" * V "either" * token ")",
}

local function tag(open, body, close) return P(open) * space * body * P(close) end
local function item(kind) return function(at, ...) return { kind = kind, at = at, ... } end end
local function part(kind, pattern) return Cp() * pattern / item(kind) end

local marks = P "{{" + "{%" + "{#"
local grammar = Ct((
  part("raw", tag("{{{", expression, "}}}"))
  + part("escaped", tag("{{", expression, "}}"))
  + part("comment", "{#" * C((1 - P "#}") ^ 0) * "#}")
  + part("if", tag("{%", word "if" * expression, "%}"))
  + part("elseif", tag("{%", word "elseif" * expression, "%}"))
  + part("else", tag("{%", word "else", "%}"))
  + part("for", tag("{%", word "for" * token(name) * word "in" * expression, "%}"))
  + part("end", tag("{%", word "end", "%}"))
  + part("include", tag("{%", word "include" * token(P '"' * C((1 - S '"') ^ 1) * '"'), "%}"))
  + part("literal", C((1 - marks) ^ 1))
) ^ 0) * Cp()

local generate = {}

local function emit(expr, scope, options)
  return generate[expr.kind](expr, scope, options)
end

function generate.text(expr) return ("%q"):format(expr[1]) end
function generate.number(expr) return expr[1] end
function generate.word(expr) return expr[1] end
generate["not"] = function(expr, scope, options) return "not " .. emit(expr[1], scope, options) end
function generate.binary(expr, scope, options)
  return ("(%s %s %s)"):format(emit(expr[2], scope, options), expr[1], emit(expr[3], scope, options))
end

-- The first step into the context or a loop's item is a plain index; further ones may meet nothing.
function generate.path(expr, scope)
  local names, next_name = expr[1], 3
  local code
  if not scope[names[1]] then
    code, next_name = ("ctx[%q]"):format(names[1]), 2
  elseif names[2] then
    code = ("v_%s[%q]"):format(names[1], names[2])
  else
    code = "v_" .. names[1]
  end
  for i = next_name, #names do code = ("get(%s, %q)"):format(code, names[i]) end
  return code
end

function generate.call(expr, scope, options)
  if not options.helpers[expr[1]] then error({ problem = "there is no helper " .. expr[1] }, 0) end
  local arguments = {}
  for i, argument in ipairs(expr[2]) do arguments[i] = emit(argument, scope, options) end
  return ("h.%s(%s)"):format(expr[1], table.concat(arguments, ", "))
end

-- What is another text each time, or shall not stay in memory: these are not remembered by escape.
local SAID_ONCE <const> = { csrf = true, secret = true }

-- What writes: an expression that is a string.
local written = {}
function written.literal(piece) return ("%q"):format(piece[1]) end
function written.escaped(piece, scope, options)
  local once = piece[1].kind == "path" and SAID_ONCE[piece[1][1][1]]
  return (once and "escape_once(%s)" or "escape(%s)"):format(emit(piece[1], scope, options))
end
function written.raw(piece, scope, options) return ("text(%s)"):format(emit(piece[1], scope, options)) end

local statement = {}
function statement.comment(one) return (one[1]:gsub("[^\n]", "")) end
function statement.include(one) return ("n = include(%q, ctx, out, n)"):format(one[1]) end
statement["if"] = function(one, scope, options) return "if " .. emit(one[1], scope, options) .. " then" end
statement["elseif"] = function(one, scope, options) return "elseif " .. emit(one[1], scope, options) .. " then" end
statement["else"] = function() return "else" end
statement["end"] = function() return "end" end
statement["for"] = function(one, scope, options)
  return ("for _, v_%s in ipairs(%s or none) do"):format(one[1], emit(one[2], scope, options))
end

local MOST_OPERANDS = 100 -- of one concatenation, which needs as many registers

-- Neighbouring pieces become one concatenation: one string and one slot for a whole row of a table.
local function flush(out, run)
  if #run == 0 then return end
  out[#out + 1] = "n = n + 1 out[n] = " .. table.concat(run, " .. ")
  for i = #run, 1, -1 do run[i] = nil end
end

-- Opening and closing change which names are loop variables.
local function step(one, stack, scope)
  if one.kind == "end" then
    local opened = table.remove(stack)
    if not opened then error({ problem = "there is an end too many" }, 0) end
    return opened.scope
  elseif one.kind == "if" or one.kind == "for" then
    stack[#stack + 1] = { scope = scope, at = one.at }
    if one.kind == "for" then return setmetatable({ [one[1]] = true }, { __index = scope }) end
  end
  return scope
end

local function translate(items, options)
  local out, run, stack, scope = {}, {}, {}, {}
  for _, one in ipairs(items) do
    options.at = one.at
    if written[one.kind] then
      run[#run + 1] = written[one.kind](one, scope, options)
      if #run == MOST_OPERANDS then flush(out, run) end
    else
      flush(out, run)
      out[#out + 1] = statement[one.kind](one, scope, options)
      scope = step(one, stack, scope)
    end
  end
  flush(out, run)
  if #stack > 0 then
    options.at = stack[#stack].at
    error({ problem = "its end is missing" }, 0)
  end
  return table.concat(out, " ")
end

local function line_of(source, position)
  return select(2, source:sub(1, position - 1):gsub("\n", "")) + 1
end

local function get(value, key)
  if type(value) == "table" then return value[key] end
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escape_once(value)
  local kind = type(value)
  if kind == "string" then return (value:gsub("[&<>\"']", ENTITIES)) end
  if kind == "number" then return value end
  if value == nil then return "" end
  if kind ~= "boolean" then error("a " .. kind .. " cannot be written", 3) end
  return tostring(value)
end

-- Pages say the same short texts again and again.
local MOST_KNOWN <const>, LONGEST_KNOWN <const> = 4096, 100
local escape_known = memo.of(escape_once, MOST_KNOWN)

--- Escape a value for HTML text and quoted attributes; nil is nothing.
-- @param value string|number|boolean|nil anything else raises
-- @return string|number a number is as it is: it has nothing to escape
function M.escape(value)
  if type(value) == "string" and #value <= LONGEST_KNOWN then return escape_known(value) end
  return escape_once(value)
end

local function text(value)
  if type(value) ~= "string" then error("{{{ }}} must be a text, not " .. type(value), 2) end
  return value
end

local function fail(source, template_name, at, problem)
  error(("%s:%d: %s"):format(template_name, line_of(source, at), problem), 0)
end

--- Compile one template.
-- @param source string
-- @param template_name string for errors
-- @param options table {helpers={name=function}, include=function(name, ctx, out, n) → n}
-- @return function(ctx, out, n) → n that appends text to the list out after index n; raises with name and line when
--   the source is wrong
function M.compile(source, template_name, options)
  local items, stop = grammar:match(source)
  if stop <= #source then
    fail(source, template_name, stop, "this cannot be understood: " .. source:sub(stop, stop + 40):match("[^\n]*"))
  end
  local state = { helpers = options.helpers, at = 1 }
  local ok, code = pcall(translate, items, state)
  if not ok then
    if type(code) ~= "table" then error(code, 0) end
    fail(source, template_name, state.at, code.problem)
  end
  local chunk, problem = load(
    "local get, h, escape, escape_once, text, include, none = ... return function(ctx, out, n) " .. code
      .. " return n end",
    "=" .. template_name, "t", { ipairs = ipairs })
  if not chunk then error(problem, 0) end
  return chunk(get, options.helpers, M.escape, escape_once, text, options.include, {})
end

--- A set of templates, each compiled when first used.
-- @param read function(name) → source; raises when there is none
-- @param helpers table
-- @return function(name, ctx) → string
function M.set(read, helpers)
  local compiled, options = {}, { helpers = helpers }
  local function template(name_)
    compiled[name_] = compiled[name_] or M.compile(read(name_), "templates/" .. name_ .. ".html", options)
    return compiled[name_]
  end
  function options.include(name_, ctx, out, n) return template(name_)(ctx, out, n) end
  return function(name_, ctx)
    local out = {}
    template(name_)(ctx, out, 0)
    return table.concat(out)
  end
end

return M
