---@meta host.sock
-- Non-blocking sockets: TCP and UDP with numeric IPv4 addresses, Unix sockets with peer credentials (unix(7)).

---@class host.sock
local sock = {}

--- Start a connection; it stands once connected() is true.
---@param ip string
---@param port integer
---@return host.sock.handle|nil socket, string|nil message, string|nil code EINVAL, ECONNREFUSED …
function sock.tcp_connect(ip, port) end

---@param ip string
---@param port integer 0: any free port
---@return host.sock.handle|nil socket, string|nil message, string|nil code EADDRINUSE, EACCES, EINVAL
function sock.tcp_listen(ip, port) end

---@param ip string|nil default 0.0.0.0
---@param port integer|nil default any free port
---@return host.sock.handle|nil socket, string|nil message, string|nil code EADDRINUSE
function sock.udp(ip, port) end

--- Listen on a path; an old socket there is replaced.
---@param path string
---@param mode integer|nil default 0600
---@return host.sock.handle|nil socket, string|nil message, string|nil code
function sock.unix_listen(path, mode) end

---@param path string
---@return host.sock.handle|nil socket, string|nil message, string|nil code ENOENT, ECONNREFUSED, EACCES
function sock.unix_connect(path) end

---@class host.sock.handle
local handle = {}

---@return host.sock.handle|nil socket, string|nil why "again" or a message, string|nil code
function handle:accept() end

---@return true|nil ok, string|nil why "again" or a message, string|nil code ECONNREFUSED …
function handle:connected() end

--- The descriptor, owned by the handle.
---@return integer
function handle:fd() end

---@return integer|nil port, string|nil message, string|nil code
function handle:local_port() end

--- Who is at the other end of a Unix socket.
---@return {pid: integer, uid: integer, gid: integer}|nil peer, string|nil message, string|nil code
function handle:peer() end

---@param max integer|nil bytes, default 65536
---@return string|nil data, string|nil why "again", "eof" or a message, string|nil code
function handle:recv(max) end

---@param max integer|nil
---@return string|nil data, string|nil ip_or_why, integer|string|nil port_or_code
function handle:recvfrom(max) end

---@param data string
---@return integer|nil sent, string|nil why "again" or a message, string|nil code EPIPE, ECONNRESET
function handle:send(data) end

---@param data string
---@param ip string
---@param port integer
---@return integer|nil sent, string|nil why, string|nil code
function handle:sendto(data, ip, port) end

--- Wait until readable or writable; may block.
---@param mode "r"|"w"
---@param timeout_ms integer|nil
---@return true|nil ready, string|nil why "timeout" or a message, string|nil code
function handle:wait(mode, timeout_ms) end

--- Close; closing twice is fine.
function handle:close() end

return sock
