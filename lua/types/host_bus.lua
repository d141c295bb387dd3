---@meta host.bus
-- Units of systemd over D-Bus (org.freedesktop.systemd1(5)), without waiting: what is asked is sent and returns a
-- token; the answer is an event with that token. The bus keeps 128 unanswered calls of a connection: here 100 are sent
-- at once and 8,192 more wait for their turn (then ENOBUFS). Needs libsystemd, which is loaded when a bus is opened.

---@class host.bus
local bus = {}

--- Connect to a message bus. Blocks no longer than connecting to a Unix socket does; what is asked before the bus has
--- greeted is sent then.
---@param options {address: string|nil}|nil address: D-Bus address, default that of the system bus
---@return host.bus.handle|nil bus, string|nil message, string|nil code ENOENT, ECONNREFUSED (also: no address), EACCES,
---  EINVAL, ELIBACC (no libsystemd), ENOMEM
function bus.open(options) end

---@class host.bus.unit what is known of a unit; what says nothing is absent
---@field Id string|nil
---@field LoadState string|nil "loaded", "not-found", "masked", "error", "bad-setting"
---@field ActiveState string|nil "active", "inactive", "activating", "deactivating", "failed", "reloading"
---@field SubState string|nil
---@field UnitFileState string|nil "enabled", "disabled", "static" …; absent for a unit without a file
---@field InvocationID string|nil 32 hexadecimal digits; absent when it was never started
---@field ActiveEnterTimestamp integer|nil µs since 1970; absent when it never happened
---@field InactiveEnterTimestamp integer|nil µs since 1970; absent when it never happened
---@field NeedDaemonReload boolean|nil
---@field Job integer|nil id of the job under way
---@field MainPID integer|nil
---@field Result string|nil "success", "exit-code", "signal", "oom-kill", "timeout" …
---@field ExecMainCode integer|nil CLD_* of waitid(2), 0 for none yet
---@field ExecMainStatus integer|nil exit code or signal number
---@field NRestarts integer|nil
---@field MemoryCurrent integer|nil bytes; absent when not measured
---@field MemoryPeak integer|nil bytes; systemd 255 and later
---@field CPUUsageNSec integer|nil
---@field ControlGroup string|nil absent when it has none

---@class host.bus.event
---@field kind "reply"|"job"|"unit"|"manager" a "unit" event holds the changed fields of host.bus.unit as well, where a
---  field that says nothing any more is absent too
---@field token integer|nil reply: what the call returned
---@field value any reply: true; start, stop: the job's path; enabled: the state; properties: host.bus.unit; list:
---  {unit, load, active, sub}[], at most 10,000; property: its value
---@field message string|nil reply to a call that failed, with
---@field code string|nil the D-Bus error's name: "org.freedesktop.systemd1.NoSuchUnit", "….JobTypeNotApplicable";
---  "org.freedesktop.DBus.Error.AccessDenied", "….InteractiveAuthorizationRequired", "….NoReply" (who was asked
---  is gone), "….Timeout", "….LimitsExceeded" (a list too long)
---@field job string|nil job: path of the job that ended
---@field unit string|nil job, unit: name
---@field result string|nil job: "done", "failed", "canceled", "timeout", "dependency", "skipped", "invalid" …
---@field what "reloaded"|"gone"|"back"|nil manager: read its files again; left the bus; came to it, as it does
---  when it executed itself anew (then often without having been told as gone; it still knows who subscribed)

---@class host.bus.handle
local handle = {}

--- The descriptor to wait for; owned by the handle. Ask again before each wait.
---@return integer|nil fd, string|nil message, string|nil code "closed" when the connection is lost
function handle:fd() end

--- What to wait for on the descriptor. Ask again before each wait.
---@return "r"|"w"|"rw"|nil mode, string|nil message, string|nil code "closed" when the connection is lost
function handle:events() end

--- When process() has something to do even though nothing happens on the descriptor.
---@return integer|nil ms 0: now; nil: never
function handle:timeout() end

--- Hear of jobs that end, units left4me-* and build-overlay@* that change, and the manager itself. Ask before what
--- must not be missed; it need not be answered first. A second time is "org.freedesktop.systemd1.AlreadySubscribed".
---@return integer|nil token, string|nil message, string|nil code ENOBUFS, ENOTCONN, ENOMEM
function handle:subscribe() end

--- Start a unit (StartUnit, mode "replace").
---@param unit string
---@return integer|nil token, string|nil message, string|nil code EINVAL (not UTF-8), ENOBUFS, ENOTCONN, ENOMEM
function handle:start(unit) end

--- Stop a unit (StopUnit, mode "replace").
---@param unit string
---@return integer|nil token, string|nil message, string|nil code as start
function handle:stop(unit) end

--- Forget that a unit failed (ResetFailedUnit).
---@param unit string
---@return integer|nil token, string|nil message, string|nil code as start
function handle:reset_failed(unit) end

--- Everything known of a unit at one moment. One without a file is "not-found". Dear: systemd gathers some 250
-- properties, and looks through its directories for NeedDaemonReload (0.5 ms with systemd 252, 1.5 ms with 257).
---@param unit string
---@return integer|nil token, string|nil message, string|nil code as start
function handle:properties(unit) end

--- One property of a unit; the reply's value is absent when it says nothing. Cheap (0.05 ms), unless it is
-- NeedDaemonReload.
---@param unit string
---@param name string a field of host.bus.unit; any other raises
---@return integer|nil token, string|nil message, string|nil code as start
function handle:property(unit, name) end

--- The loaded units whose names match (ListUnitsByPatterns).
---@param pattern string as of fnmatch(3)
---@return integer|nil token, string|nil message, string|nil code as start
function handle:list(pattern) end

--- Whether a unit starts with the host (GetUnitFileState).
---@param unit string
---@return integer|nil token, string|nil message, string|nil code as start
function handle:enabled(unit) end

--- What happened, in order; does not block. Call it until it gives an empty list before waiting for the descriptor.
--- When the connection is lost, the calls that were sent are answered with an error first; no answer comes after that.
---@return host.bus.event[]|nil events, string|nil message, string|nil code "closed" when the connection is lost
function handle:process() end

--- Close; closing twice is fine. What was not sent yet is not sent.
function handle:close() end

return bus
