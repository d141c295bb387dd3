-- The user's end of the console: sends lines, prints what comes back, asks for completions.
local M = {}

local Client = {}
Client.__index = Client

--- @param ports table {connection = of console.connection, out =, err = function(text)}
-- @return table client
function M.new(ports)
  return setmetatable({
    connection = ports.connection, out = ports.out, err = ports.err, id = 0, running = false,
  }, Client)
end

local LOST <const> = "The service has closed the connection."

--- Read the greeting.
-- @return table {user, version} | nil, string why the service does not want us
function Client:greet()
  local message = self.connection:receive()
  if message and message.type == "hello" then return message end
  return nil, message and message.type == "refused" and tostring(message.text) or LOST
end

local function print_line(write, text)
  if type(text) == "string" and text ~= "" then write(text .. "\n") end
end

--- Send a message under a new id; its answers carry the same.
local function send(self, message)
  self.id = self.id + 1
  message.id = self.id
  return self.connection:send(message)
end

--- The next answer to the last message; answers to older ones are dropped.
local function receive(self)
  while true do
    local message = self.connection:receive()
    if not message or message.id == self.id then return message end
  end
end

--- Read until the last message is answered, printing what comes.
-- @return boolean ok | nil, "more" or "lost"
local function follow(self)
  while true do
    local message = receive(self)
    if not message then
      print_line(self.err, LOST)
      return nil, "lost"
    elseif message.type == "output" then
      print_line(self.out, message.text)
    elseif message.type == "more" then
      return nil, "more"
    elseif message.type == "done" then
      print_line(message.ok and self.out or self.err, message.text)
      return message.ok
    end
  end
end

--- Run a line, or with whole a chunk that must be complete.
-- @param text string
-- @param whole boolean|nil
-- @return boolean ok | nil, "more" when the chunk goes on, "lost" when the service is gone
function Client:run(text, whole)
  send(self, { type = "line", text = text, whole = whole or nil })
  self.running = true
  local ok, why = follow(self)
  self.running = false
  return ok, why
end

--- Stop what runs, if anything: the call of run() that waits returns soon.
function Client:interrupt()
  if self.running then self.connection:send { type = "cancel" } end
end

--- Forget the lines of an unfinished chunk.
-- @return as run
function Client:forget()
  send(self, { type = "cancel" })
  return follow(self)
end

--- The longest text that all words begin with.
local function common_start(words)
  local first = words[1]
  for length = #first, 1, -1 do
    local start, all = first:sub(1, length), true
    for _, word in ipairs(words) do all = all and word:sub(1, length) == start end
    if all then return start end
  end
  return ""
end

--- Complete a line.
-- @param line string up to the cursor
-- @return string|nil what to insert
-- @return string|nil else what to list
function Client:complete(line)
  send(self, { type = "complete", text = line })
  local found = receive(self)
  if not found or found.type ~= "completions" or #found.items == 0 then return nil end
  local insert = common_start(found.items):sub(#found.typed + 1)
  if insert ~= "" then return insert end
  if #found.items > 1 then return nil, table.concat(found.items, "  ") end
end

--- Run lines until the first error.
-- @param lines function iterator of lines
-- @return boolean whether all ran
function Client:batch(lines)
  local ok, why = true, nil
  for line in lines do
    ok, why = self:run(line)
    if why == "lost" or ok == false then return false end
  end
  if why == "more" then
    print_line(self.err, "The last chunk is not complete.")
    return false
  end
  return ok ~= false
end

return M
