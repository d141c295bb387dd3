---@meta host.serve
-- Runs the service: HTTP workers that borrow request states, the scheduler's thread, signals.

---@class host.serve
---@field civetweb_version string of the web server inside, such as "1.15"
local serve = {}

---@class host.serve.options
---@field listen_ip string|nil numeric IPv4 address (default "127.0.0.1")
---@field listen_port integer|nil 0: the kernel chooses (default 8000)
---@field workers integer|nil connections served at a time (default 128)
---@field streams integer|nil of these at most so many streams (default 13/16 of the workers: 104)
---@field pool integer|nil Lua request states (default 4), made when first needed
---@field state_bytes integer|nil memory limit of one request state (default 128 MiB)
---@field body_limit integer|nil largest request body in bytes (default 1 MiB; beyond: 413)
---@field request_ms integer|nil how long a request may take to arrive, a write to go on (default 10000)
---@field idle_ms integer|nil how long a connection is kept for another request (default 5000)
---@field web string|nil module with `init(config)`, `handle(request)`, perhaps `recall` (default "boot.web")
---@field scheduler string|nil module with `run(config)`, which returns once hub.stopping() (default "boot.scheduler")
---@field config string|nil handed to both modules
---@field on_ready fun(ip: string, port: integer)|nil called once when requests are answered; port is the real one
---@field on_stop fun()|nil called once when the stop begins, unless the start failed

---@class host.serve.request
---@field method string
---@field path string as sent: not decoded
---@field query string as sent, without the question mark; "" when absent
---@field headers table<string, string> lower-case names; repeated ones joined with ", "
---@field body string
---@field remote string the peer's IP address

--- What `handle` returns: one of body, file, stream; or what `keep` made of a response.
---@class host.serve.response
---@field status integer|nil 200 to 599 (default 200); streams and files choose their own
---@field headers string[][]|nil list of {name, value}; not Date, Content-Length, Connection, Transfer-Encoding
---@field body string|nil
---@field compress boolean|nil the body goes out with gzip to who takes it (RFC 9110, 12.5.3), above 1 KiB; with "Vary".
---                              Never for a page that shows a secret: its size tells of what is in it (BREACH)
---@field file {path: string}|nil absolute path; content type by its name unless given; ETag and 304 are added
---@field stream host.serve.stream|nil

---@class host.serve.stream
---@field kind "log"|"text"|"bell"|"journal"|"file" file: its bytes, with their number; application/octet-stream unless
---                              a header says otherwise; 404 when it is no regular file
---@field path string|nil log, text: absolute path of the file; it need not be there yet; file: its path beneath the
---                              directory, opened when the stream begins, never through a link
---@field from integer|string|nil log, text: byte offset of a line (default 0; beyond the end: 0); negative: the first
---                              line within so many bytes before the end, and a log's first event is `start` (data and
---                              id: the offset); journal: the cursor (an event's id) after which to go on; ignored
---                              unless it is that of an entry of the run
---@field times boolean|nil log: an id of a tagged file's line is "<offset>@<unix ms>", and the steps of progress bars,
---                              which the next line of their stream replaces, are events too: their ids end with "r"
---@field tail integer|nil journal: not further back than so many bytes of text, unless `from` says where
---@field format "tagged"|"plain"|nil log, text
---@field topic string|nil log, journal: rings when the file grew, closed when it is complete
---@field ended string|nil log: the file is complete; this text goes into the closing event
---@field topics string[]|nil bell: 1 to 8 topics; event `changed` (data: the topic) when one rings, at most 5 a second
---                              (none at the start: refresh when the stream opens). log, journal: up to 7 that are told
---                              of in the same way beside the lines; the stream then goes on after `end`
---@field unit string|nil journal: whose entries, and what systemd said about it as lines that begin with "[systemd] ";
---                              503 when the journal cannot be read
---@field invocation string|nil journal: the run begins with this invocation (32 hex digits); its restarts belong to it
---@field after string|nil journal: the run begins behind this cursor
---@field boot string|nil journal: of this boot only (32 hex digits)
---@field follow boolean|nil journal: as events, going on as the journal grows, until `topic` is closed; else as plain
---                              text of what there is; of a long run the newest 64 MiB
---@field directory string|nil file: absolute path of the directory it is beneath; journal: of journal files, instead of
---                              this machine's (for specs)
---@field revoke string[]|nil up to two topics: when one rings, also while the handler was running, the stream ends

--- A response with a body, for the web module's `recall(path, query, cookie, language)`: that is asked before `handle`
--- when a GET request has cookies; language is the header Accept-Language or "". What it returns, if it is of this
--- kind, is sent without making a request or a response. It is compressed once, when someone first takes that.
---@param response host.serve.response
---@return userdata kept
function serve.keep(response) end

--- Where our own files are to be had for ever: "/static/<hash of all of them>/".
---@return string base
function serve.static_base() end

--- Serve until SIGTERM, SIGINT or SIGHUP; blocks. States search modules in the caller's package.path.
--- An error raised by on_ready is raised again after an orderly stop.
---@param options host.serve.options
---@return true|nil ok, string|nil message
---@return string|nil code EADDRINUSE, EACCES, EADDRNOTAVAIL, EINVAL (address), EWEB (the web module), ESCHEDULER
function serve.run(options) end

return serve
