-- host.journal: what a unit printed and what systemd said about it, out of systemd's journal.
---@meta

---@class host.journal
local journal = {}

---@class host.journal.handle
local handle = {}

---@class host.journal.options
---@field unit string its full name; only entries that journald itself attributes to it
---@field invocation string|nil 32 hex digits: of this one run of the unit
---@field restarts boolean|nil `invocation` only says where to begin: the unit's later runs are given too
---@field boot string|nil 32 hex digits: of this boot
---@field after string|nil a cursor: begin behind it
---@field tail integer|nil begin so many entries before the end, but never before `after`
---@field manager boolean|nil also what systemd said about the unit
---@field directory string|nil of journal files, instead of this machine's (for specs)

---@class host.journal.entry
---@field text string any bytes; at most 256 KiB, the rest is cut
---@field priority integer 0 to 7, see syslog(3); 6 when the entry has none
---@field time integer unix ms at which journald took it
---@field pid integer 0 when unknown
---@field manager boolean systemd's words, not the unit's
---@field broken boolean the line goes on in the unit's next entry: it was longer than journald takes (48 KiB). journald
---  keeps no empty lines and no blanks at the end of a line, and begins a new one when another process goes on with it

--- The cursor of the newest entry of all. May block for the time it takes to open the journal's files.
---@param directory string|nil as in open
---@return string|nil cursor nil when the journal is empty
---@return string? message, string? code EACCES (not a member of systemd-journal), ENOENT (no journal is kept), EMFILE
function journal.cursor(directory) end

--- Whether a text has the form of a cursor; nothing else is handed on to systemd.
---@param text string
---@return boolean
function journal.is_cursor(text) end

--- Open the journal. May block for the time it takes to open its files.
---@param options host.journal.options
---@return host.journal.handle|nil
---@return string? message, string? code EINVAL (unit, invocation, boot or after), EACCES, ENOENT, EMFILE as above
function journal.open(options) end

--- The next entry. Does not block.
---@return host.journal.entry|nil
---@return string? again "again" when there is none for now; else the message
---@return string? code EIO, EBADMSG, ENOMEM
function handle:next() end

--- The cursor of the entry that next gave last.
---@return string|nil
---@return string? again "again" when next gave none yet; else the message
---@return string? code EADDRNOTAVAIL (its file was removed in the meantime)
function handle:cursor() end

--- The descriptor to add to a host.loop for reading; owned by the handle. To be asked for before the first wait.
---@return integer|nil, string? message, string? code EMFILE (too many inotify instances of this user)
function handle:fd() end

--- How long to wait for the descriptor at most. It tells of new entries up to 250 ms late: looking again costs little.
---@return integer ms
function handle:timeout() end

--- What became of the journal since the last look; to be called after each wait, before next. Does not block.
---@return "nop"|"append"|"invalidate"|nil, string? message, string? code
function handle:process() end

--- Close; closing twice is fine.
function handle:close() end

return journal
