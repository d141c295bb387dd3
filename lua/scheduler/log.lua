-- A job's log on disk: whole lines, also when the disk fills up and is freed again; each write rings the job's topic.
local job_log = require "domain.job_log"

local M = {}

local MODE = 416 -- 0640
-- What a job may print; one that prints for an hour without end must not fill the disk.
local MAX_BYTES = 256 << 20

local Log = {}
Log.__index = Log

-- The file, opened when it is first needed: a full disk may have room for it later.
local function file_of(self)
  if self.file then return self.file end
  local file, message, code = self.root:append(self.path, MODE)
  if not file then return nil, message, code end
  self.file, self.size = file, file:size()
  return file
end

-- How much of a failed write is in the file decides whether the next one has to end a torn line first.
local function note_failure(self, text)
  local written = (self.file:size() or self.size) - self.size
  if written > 0 then self.torn = text:byte(written) ~= 10 end
  self.size = self.size + written
end

-- Append and ring.
local function append(self, lines)
  local file, message, code = file_of(self)
  if not file then return nil, message, code end
  local text = self.torn and "\n" .. lines or lines
  local ok
  ok, message, code = file:write(text)
  if ok then self.size, self.torn = self.size + #text, false
  else note_failure(self, text) end
  self.hub.ring(self.topic)
  if not ok then return nil, message, code end
  return true
end

--- A line of our own.
-- @param text string
-- @return true|nil, message, code
function Log:say(text)
  return append(self, ("%d E %s\n"):format(self.clock.now(), text))
end

--- Append what the job printed; nothing more once that is too much.
-- @param lines string lines of domain.job_log
-- @return true|nil, message, code such as "ENOSPC"
function Log:write(lines)
  if self.room <= 0 then return true end
  self.room = self.room - #lines
  local ok, message, code = append(self, lines)
  if not ok then return nil, message, code end
  if self.room <= 0 then return self:say "The output is too long: nothing more of it is kept." end
  return true
end

--- Close the file; what is written afterwards opens it again.
function Log:close()
  if self.file then self.file:close() end
  self.file = nil
end
Log.__close = Log.close

local function new(ports, id)
  return setmetatable({
    root = ports.root, hub = ports.hub, clock = ports.clock, path = job_log.path(id), topic = "job:" .. id,
    torn = false, room = ports.log_bytes or MAX_BYTES,
  }, Log)
end

--- The log of a job that begins: empty, whatever lies there from a database that was put back since.
-- @param ports table {root=host.fs root of the state directory, hub, clock, log_bytes=|nil}
-- @param id integer the job's
-- @return table log
function M.begin(ports, id)
  ports.root:remove(job_log.path(id))
  local log = new(ports, id)
  file_of(log)
  return log
end

-- Whether a file ends in the middle of a line.
local function ends_torn(root, path)
  local reader <close> = root:open(path, "r")
  local size = reader and reader:size() or 0
  if size == 0 then return false end
  reader:seek(size - 1)
  return reader:read(1) ~= "\n"
end

--- The log of a job that another process began.
-- @param ports table as for begin
-- @return table log
function M.resume(ports, id)
  local log = new(ports, id)
  log.torn = ends_torn(ports.root, log.path)
  return log
end

return M
