-- Stub of host.json (runtime/json.c): JSON with exact 64-bit integers, through jansson.
---@meta host.json

local M = {}

--- JSON's null, in both directions.
M.null = nil ---@type lightuserdata

--- The text of a value. A table that is marked by array() or has an element 1 is an array, any
--- other an object. Raises on what JSON cannot say: functions, NaN, other keys than strings, lists
--- with holes, bytes that are not UTF-8, more than 64 levels.
---@param value any
---@param options? {pretty: boolean, sort_keys: boolean} sort_keys is true unless set to false
---@return string
function M.encode(value, options) end

--- The value of a text. Arrays come marked as by array(). Refuses duplicate names and invalid
--- UTF-8.
---@param text string
---@param options? {max_bytes: integer, max_depth: integer} 1048576 bytes, 64 levels
---@return any value nil on failure; M.null for null
---@return string|nil message with line and column
---@return "JSON_SYNTAX"|"JSON_TOO_LARGE"|"JSON_TOO_DEEP"|nil code
function M.decode(text, options) end

--- Mark a list, so that it is encoded as an array also when empty.
---@param list? table
---@return table list the same table
function M.array(list) end

--- Whether encode would write an array.
---@param value any
---@return boolean
function M.is_array(value) end

return M
