-- Reads the command line and hands it to the program it names: left4me's subcommands, or l4d2ctl.
local M = {}

--- Run a Lua file inside the runtime: `left4me lua FILE [ARGS]`.
local function run_file(file, ...)
  if not file then
    io.stderr:write("left4me lua: which FILE?\n")
    return 2
  end
  if file == "--help" then
    print("Usage: left4me lua FILE [ARGS]\nRun a Lua file inside the runtime.")
    return 0
  end
  arg = { [0] = file, ... } -- luacheck: ignore 111 121 (the stand-alone interpreter's convention)
  local chunk, err = loadfile(file, "t")
  if not chunk then
    io.stderr:write("left4me lua: ", err, "\n")
    return 2
  end
  return chunk(...) or 0
end

--- Run the program.
-- @param program string argv[0]; the base name `l4d2ctl` selects the host CLI
-- @param ... string the arguments
-- @return integer exit code
function M.run(program, ...)
  if program:match("[^/]*$") == "l4d2ctl" then return require("boot.ctl").run(...) end
  if ... == "lua" then return run_file(select(2, ...)) end
  return require("boot.admin").run(...)
end

return M
