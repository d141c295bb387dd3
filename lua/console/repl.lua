-- Runs the chunks of one session under the guard, slice by slice; others do what a chunk asks for.
local environment = require "console.environment"
local format = require "console.format"

local M = {}

local MAX_CHUNK <const> = 65536
local MAX_RESULTS <const> = 100
local MAX_SHOWN <const> = 256 * 1024

local Repl = {}
Repl.__index = Repl

--- Make the state of one session.
-- @param ports table {guard = host.guard, actions = list of records}
-- @return table repl
function M.new(ports)
  local globals, out = environment.new(ports.actions)
  return setmetatable({
    guard = ports.guard, actions = ports.actions, globals = globals, out = out, pending = nil,
  }, Repl)
end

local function unfinished(message) return message:find("<eof>$") ~= nil end

-- First as an expression, then as statements, as lua(1) does; `1 +` begins an expression although it begins no
-- statement.
local function compile(code, globals)
  local fn, as_expression = load("return " .. code, "=console", "t", globals)
  if fn then return fn end
  local message
  fn, message = load(code, "=console", "t", globals)
  if fn then return fn end
  return nil, unfinished(as_expression) and as_expression or message
end

--- Take one more line of a chunk.
-- @param line string
-- @param whole boolean the chunk ends here, there will be no more lines
-- @return "run": there is a chunk to step through | "more": it goes on | nil, string message
function Repl:feed(line, whole)
  local code = self.pending and self.pending .. "\n" .. line or line
  self.pending = nil
  if #code > MAX_CHUNK then return nil, ("a chunk has at most %d bytes"):format(MAX_CHUNK) end
  local fn, message = compile(code, self.globals)
  if not fn and not whole and unfinished(message) then
    self.pending = code
    return "more"
  end
  if not fn then return nil, format.text(message) end
  self.co, self.limits = coroutine.create(fn), {}
  self.out.size, self.code = 0, code
  return "run"
end

--- While a session's code runs, the methods of strings are those that can be stopped.
local function resume(self, ...)
  local strings = getmetatable("")
  local own = strings.__index
  strings.__index = rawget(self.globals, "string") or {}
  local results = table.pack(pcall(self.guard.resume, self.co, self.limits, ...))
  strings.__index = own
  if not results[1] then error(results[2], 0) end
  return results
end

--- An error of the chunk; its own tables are shown raw.
local function failure(value)
  if type(value) == "string" then return format.text(value) end
  return format.value(value)
end

local function shown(results)
  local lines, size = {}, 0
  for i = 3, math.min(results.n, MAX_RESULTS + 2) do
    lines[#lines + 1] = format.value(results[i])
    size = size + #lines[#lines]
    if size > MAX_SHOWN then break end
  end
  return format.text(table.concat(lines, "\n"), MAX_SHOWN)
end

--- Run the chunk until it needs something, others should have their turn, or it ends.
-- @param ... any the answer to the last request: value | nil, string problem
-- @return "slice" | "request", table | "done", string shown | "failed", string message
function Repl:step(...)
  local results = resume(self, ...)
  if results[2] == "slice" then return "slice" end
  if not results[2] then
    self.co = nil
    return "failed", failure(results[3])
  end
  if coroutine.status(self.co) == "suspended" then return "request", results[3] end
  self.co = nil
  return "done", shown(results)
end

--- What was printed since the last call, as text for a terminal.
-- @return string|nil
function Repl:printed()
  if #self.out == 0 then return nil end
  local lines = format.text(table.concat(self.out, "\n"))
  for i = #self.out, 1, -1 do self.out[i] = nil end
  return lines
end

--- Stop the chunk that runs, or forget the lines that wait for more.
function Repl:cancel()
  if self.co then self.guard.close(self.co) end
  self.co, self.pending = nil, nil
end

return M
