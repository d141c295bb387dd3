-- Stub of host.yaml (runtime/yaml.c): libyaml's events (YAML 1.1), made values by base.yamldoc.
---@meta host.yaml

local M = {}

---@class host.yaml.event
---@field type string alias, scalar, or stream, document, sequence, mapping + _start or _end
---@field line integer from 1
---@field column integer from 1, in characters
---@field value string|nil a scalar's, unescaped
---@field style "plain"|"single"|"double"|"literal"|"folded"|"block"|"flow"|nil
---@field anchor string|nil
---@field tag string|nil

--- Read the events one by one. A failure comes from the call that meets it, so call `next` and look
--- at what it says; a `for` loop would take a failure for the end.
---@param text string UTF-8, or UTF-16 with a mark
---@return (fun(): host.yaml.event|nil, string|nil, "YAML_SYNTAX"|"ENOMEM"|nil)|nil next
---@return string|nil message
---@return "ENOMEM"|nil code
---@return userdata closing to be closed, or left to the collector
function M.events(text) end

return M
