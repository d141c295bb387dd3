---@meta host.ns
-- A program in user, mount, PID, IPC and UTS namespaces of its own, behind a little first process (namespaces(7)).

---@class host.ns
local ns = {}

---@class host.ns.options
---@field argv string[]
---@field mounts host.mount.operation[] run in the new mount namespace; usually ends with a pivot into the new view
---@field env table<string, string>|nil absent: inherit
---@field cwd string|nil a path in the new view
---@field hostname string|nil
---@field uid integer|nil 1 to 65533, default 1000: who the program is inside; outside it is the caller
---@field gid integer|nil likewise
---@field rlimits table<string, integer>|nil as, core, cpu, fsize, memlock, nofile, nproc, stack (setrlimit(2)); none is
--- raised above what the caller has
---@field stdin "null"|"pipe"|"inherit"|integer|nil default null
---@field stdout "null"|"pipe"|"inherit"|integer|nil default null
---@field stderr "null"|"pipe"|"inherit"|"stdout"|integer|nil default null

--- Start a program. It has no capability, cannot gain one, and the network is the host's. The process given back is the
--- first one inside: INT, TERM, HUP, QUIT, USR1, USR2 and CONT are passed on to every process in there, KILL ends them
--- all; it ends with the program and tells its end as if it were it. It ends with the caller, too.
--- Only for a process with one thread.
---@param options host.ns.options
---@return host.proc.handle|nil process
---@return string|nil message "step 2: bind /x: No such file or directory", "step run …"
---@return string|nil code EBUSY with more than one thread, EPERM or ENOSPC where the host permits no user namespaces,
--- or that of the failing step
function ns.spawn(options) end

--- Close to this process and all its children, for good, what no namespace divides: kernel keys, the host's abstract
--- Unix sockets (where ns.divides_sockets()), bpf, perf events, userfaultfd, io_uring. They can gain no privilege.
--- ns.spawn does so for what it starts. Only for a process with one thread.
---@return true|nil
---@return string|nil message
---@return string|nil code EBUSY with more than one thread, EINVAL where the kernel has no seccomp filters
function ns.confine() end

--- Whether this kernel can keep a program from the host's abstract Unix sockets (Linux 6.12 with Landlock).
---@return boolean
function ns.divides_sockets() end

return ns
