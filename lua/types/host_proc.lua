---@meta host.proc
-- Children by posix_spawn(3): own session, pidfd, non-blocking pipes.

---@class host.proc
local proc = {}

---@class host.proc.options
---@field argv string[] argv[1] is searched on PATH unless it holds a slash
---@field env table<string, string>|nil absent: inherit
---@field cwd string|nil
---@field stdin "pipe"|"null"|"inherit"|integer|nil default null
---@field stdout "pipe"|"null"|"inherit"|integer|nil default pipe
---@field stderr "pipe"|"null"|"inherit"|"stdout"|integer|nil default pipe; "stdout": where stdout goes
---@field session boolean|nil default true: setsid, so the group id is the pid

---@class host.proc.status
---@field kind "exit"|"signal"
---@field code integer exit code, or 128 + signal number
---@field signal string|nil "KILL", "TERM" …

--- Start a child. Signal mask and dispositions are reset; every other descriptor is closed.
---@param options host.proc.options
---@return host.proc.handle|nil child, string|nil message, string|nil code ENOENT, EACCES, EAGAIN …
function proc.spawn(options) end

--- Run a child to its end; may block. Its session is killed at the time limit; output past the limit is dropped. What
--- a descendant writes after the child's end is read for a second at most.
---@param options host.proc.options plus input (string), timeout_ms (integer), max_output (bytes a stream,
--- default 1 MiB)
---@return {kind: string, code: integer, signal: string|nil, stdout: string, stderr: string, timed_out: boolean}|nil
---@return string|nil message, string|nil code
function proc.run(options) end

--- A handle on a process that is not our child.
---@param pid integer
---@param start_time integer as proc.start_time gave it, so that a reused pid is not mistaken
---@return host.proc.handle|nil child, string|nil message, string|nil code ESRCH
function proc.adopt(pid, start_time) end

--- Field 22 of /proc/PID/stat (proc(5)), in clock ticks since boot.
---@param pid integer
---@return integer|nil ticks, string|nil message, string|nil code ESRCH
function proc.start_time(pid) end

--- Signal every process of a group.
---@param group integer
---@param signal string "TERM", "KILL", "INT", "HUP", "QUIT", "STOP", "CONT", "USR1"
---@return true|nil ok, string|nil message, string|nil code ESRCH, EPERM
function proc.kill_group(group, signal) end

--- Make this process the leader of a session of its own (setsid(2)).
---@return true|nil ok, string|nil message, string|nil code EPERM
function proc.self_detach() end

---@class host.proc.handle
local handle = {}

---@return integer
function handle:pid() end

--- Readable once the process has ended; owned by the handle.
---@return integer
function handle:pidfd() end

--- Our end of a pipe, non-blocking, owned by the handle; nothing when that stream is no pipe.
---@param name "stdin"|"stdout"|"stderr"
---@return integer|nil
function handle:fd(name) end

---@param name "stdout"|"stderr"
---@param max integer|nil bytes, default 65536
---@return string|nil data, string|nil why "again", "eof" or a message, string|nil code
function handle:read(name, max) end

---@param data string
---@return integer|nil written, string|nil why "again" or a message, string|nil code EPIPE
function handle:write(data) end

--- Let the child see the end of its input.
---@return true
function handle:close_stdin() end

---@param signal string
---@param options {group: boolean}|nil
---@return true|nil ok, string|nil message, string|nil code ESRCH
function handle:kill(signal, options) end

--- The child's end; an adopted process has none to ask for.
---@return host.proc.status|nil status, string|nil why "again"
function handle:wait() end

--- Whether it has ended; works for adopted processes too.
---@return boolean
function handle:exited() end

--- Close our descriptors; the child goes on. One that has ended, or was killed, leaves no zombie (waits 1 s at most).
function handle:close() end

return proc
