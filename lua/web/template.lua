-- Compiles templates to Lua functions with LPeg; everything is escaped unless a template says {{{ }}}.
--
--   {{ expr }}  {{{ raw }}}  {# comment #}  {% include "name" %}
--   {% if expr %} … {% elseif expr %} … {% else %} … {% end %}     {% for item in expr %} … {% end %}
--
-- An expression is: names with dots, "text", numbers, true, false, nil, ==, ~=, <, >, and, or, not, ( ), and calls
-- of the helpers given. No other Lua gets in. A line of a template is a line of the function, so errors name it.
local lpeg = require "lpeg"

local M = {}

local P, R, S, V, C, Ct, Cc, Cp = lpeg.P, lpeg.R, lpeg.S, lpeg.V, lpeg.C, lpeg.Ct, lpeg.Cc, lpeg.Cp

local space = S " \t\n" ^ 0
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
local marks = P "{{" + "{%" + "{#"
local grammar = Ct((
  tag("{{{", expression, "}}}") / node "raw"
  + tag("{{", expression, "}}") / node "escaped"
  + "{#" * C((1 - P "#}") ^ 0) * "#}" / node "comment"
  + tag("{%", word "if" * expression, "%}") / node "if"
  + tag("{%", word "elseif" * expression, "%}") / node "elseif"
  + tag("{%", word "else", "%}") * Cc(true) / node "else"
  + tag("{%", word "for" * token(name) * word "in" * expression, "%}") / node "for"
  + tag("{%", word "end", "%}") * Cc(true) / node "end"
  + tag("{%", word "include" * token(P '"' * C((1 - S '"') ^ 1) * '"'), "%}") / node "include"
  + C((1 - marks) ^ 1) / node "literal"
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

function generate.path(expr, scope)
  local names = expr[1]
  local code = scope[names[1]] and "v_" .. names[1] or ("get(ctx, %q)"):format(names[1])
  for i = 2, #names do code = ("get(%s, %q)"):format(code, names[i]) end
  return code
end

function generate.call(expr, scope, options)
  assert(options.helpers[expr[1]], "no helper " .. expr[1])
  local arguments = {}
  for i, argument in ipairs(expr[2]) do arguments[i] = emit(argument, scope, options) end
  return ("h.%s(%s)"):format(expr[1], table.concat(arguments, ", "))
end

local statement = {}

function statement.literal(item) return ("w(%s)"):format((("%q"):format(item[1]))) end
function statement.comment(item) return (item[1]:gsub("[^\n]", "")) end
function statement.escaped(item, scope, options) return ("w(escape(%s))"):format(emit(item[1], scope, options)) end
function statement.raw(item, scope, options) return ("w(%s)"):format(emit(item[1], scope, options)) end
function statement.include(item) return ("include(%q, ctx, w)"):format(item[1]) end
statement["if"] = function(item, scope, options) return "if " .. emit(item[1], scope, options) .. " then" end
statement["elseif"] = function(item, scope, options) return "elseif " .. emit(item[1], scope, options) .. " then" end
statement["else"] = function() return "else" end
statement["for"] = function(item, scope, options)
  return ("for _, v_%s in ipairs(%s or {}) do"):format(item[1], emit(item[2], scope, options))
end

-- Scopes of for loops: an if inside must not end a loop's variable, so each opening pushes.
local function translate(items, options)
  local out, stack, scope = {}, {}, {}
  for _, item in ipairs(items) do
    if item.kind == "end" then
      scope = assert(table.remove(stack), "an end too many")
      out[#out + 1] = "end"
    else
      out[#out + 1] = statement[item.kind](item, scope, options)
      if item.kind == "if" then
        stack[#stack + 1] = scope
      elseif item.kind == "for" then
        stack[#stack + 1] = scope
        scope = setmetatable({ [item[1]] = true }, { __index = scope })
      end
    end
  end
  assert(#stack == 0, "an end is missing")
  return table.concat(out, " ")
end

local function line_of(source, position)
  return select(2, source:sub(1, position):gsub("\n", "")) + 1
end

local function get(value, key)
  if type(value) == "table" then return value[key] end
end

--- Compile one template.
-- @param source string
-- @param template_name string for errors
-- @param options table {escape=function(value) → string, helpers={name=function}, include=function(name, ctx, w)}
-- @return function(ctx, w) that writes the text in pieces; raises with name and line when the source is wrong
function M.compile(source, template_name, options)
  assert(options.escape and options.helpers and options.include, "escape, helpers and include are needed")
  local items, stop = grammar:match(source)
  if stop <= #source then
    error(("%s:%d: this cannot be understood: %s"):format(template_name, line_of(source, stop),
      source:sub(stop, stop + 40):match("[^\n]*")), 0)
  end
  local ok, code = pcall(translate, items, options)
  if not ok then error(("%s: %s"):format(template_name, code), 0) end
  local chunk = assert(load("local get, h, escape, include = ... return function(ctx, w) " .. code .. " end",
    "=" .. template_name, "t", { ipairs = ipairs }))
  return chunk(get, options.helpers, options.escape, options.include)
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Escape a value for HTML text and quoted attributes; nil is nothing.
function M.escape(value)
  if value == nil then return "" end
  return (tostring(value):gsub("[&<>\"']", ENTITIES))
end

--- A set of templates, each compiled when first used.
-- @param read function(name) → source; raises when there is none
-- @param helpers table
-- @return function(name, ctx) → string
function M.set(read, helpers)
  local compiled, options = {}, nil
  local function template(name_)
    compiled[name_] = compiled[name_] or M.compile(read(name_), "templates/" .. name_ .. ".html", options)
    return compiled[name_]
  end
  options = { escape = M.escape, helpers = helpers, include = function(name_, ctx, w) template(name_)(ctx, w) end }
  return function(name_, ctx)
    local out = {}
    template(name_)(ctx, function(piece) out[#out + 1] = piece end)
    return table.concat(out)
  end
end

return M
