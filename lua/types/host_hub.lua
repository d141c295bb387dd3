---@meta host.hub
-- Topics shared by all threads of the process: ring, note the generation, wait.

---@class host.hub
local hub = {}

--- Ring a topic: its generation changes and whoever watches it wakes. Topic `scheduler` also writes bell_fd.
---@param topic string 1 to 128 bytes, no control characters
---@return true|nil ok, string|nil message, string|nil code ENOMEM, ENOSPC
function hub.ring(topic) end

--- Ring a topic for the last time and remember how it ended. It stays closed, so never close a topic whose
--- name comes back (`server:<name>`).
---@param topic string
---@param text string at most 200 bytes, no control characters, such as "succeeded"
---@return true|nil ok, string|nil message, string|nil code ENOMEM, ENOSPC
function hub.close(topic, text) end

--- The topic's generation: a number that changes with every ring.
---@param topic string
---@return integer|nil generation, string|nil closed_text_or_message, string|nil code ENOMEM, ENOSPC
function hub.generation(topic) end

--- Wait until the topic's generation is not `seen`; may block (specs and small tools; never in a request).
---@param topic string
---@param seen integer a generation noted before
---@param timeout_ms integer 0 to 86,400,000
---@return integer|nil generation, string|nil closed_text_or_message, string|nil code ETIMEDOUT (also when stopping)
function hub.wait(topic, seen, timeout_ms) end

--- The eventfd that is readable after topic `scheduler` rang or the service stops; do not close it.
---@return integer|nil fd, string|nil message, string|nil code EMFILE, ENFILE
function hub.bell_fd() end

--- Silence the bell: bell_fd is not readable any more until the next ring.
---@return boolean rang whether it had rung
function hub.bell_read() end

--- Whether the service is stopping.
---@return boolean
function hub.stopping() end

return hub
