-- Stub of host.edit (runtime/edit.c): lines from a terminal, through libedit.
---@meta host.edit

local M = {}

---@class host.edit.editor
local Editor = {}

--- Edit lines on standard input and output. Sets the process's character type to UTF-8.
---@param options {prompt: string, history_file: string|nil, interrupt_fd: integer|nil}
---@return host.edit.editor|nil
---@return string|nil message
---@return "ENOMEM"|nil code
function M.new(options) end

--- Read a line; it becomes part of the history. May block.
---@param prompt? string from now on
---@return string|nil line without its end
---@return "eof"|"interrupted"|nil why "interrupted": interrupt_fd became readable, read it yourself
function Editor:read(prompt) end

--- Complete with the Tab key.
---@param fn fun(line: string): string|nil, string|nil from the line up to the cursor: what to insert,
--- or what to list below the line
function Editor:complete(fn) end

--- Save the history and close; again is fine.
function Editor:close() end

return M
