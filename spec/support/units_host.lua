-- Units on a booted host, from inside it as root: commands, properties, a game and overlays for as long as a spec.
local instance = require "domain.instance"
local proc = require "host.proc"
local service = require "spec.support.service"

local M = { state = "/var/lib/left4me" }

--- Run a shell command.
-- @param command string for bash
-- @return table {kind=, code=, stdout=, stderr=}
function M.sh(command)
  return assert(proc.run { argv = { "bash", "-c", command }, timeout_ms = 60000, max_output = 1 << 22 })
end

--- Run a shell command that must succeed.
-- @return string its standard output without the newline at its end
function M.must(command)
  local result = M.sh(command)
  assert(result.code == 0, ("%s: exit %s\n%s%s"):format(command, result.code, result.stdout, result.stderr))
  return (result.stdout:gsub("\n$", ""))
end

--- Write a file, with its folder.
function M.write(path, text, mode)
  M.must(("mkdir -p '%s'"):format(path:match("^(.*)/")))
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  M.must(("chmod %s '%s'"):format(mode or "0644", path))
end

--- One property of a unit.
-- @return string
function M.property(unit, name)
  return M.must(("systemctl show -p %s --value '%s'"):format(name, unit))
end

--- Wait until a property has a value; no more than 20 s.
function M.becomes(unit, name, value)
  service.eventually(("%s %s=%s"):format(unit, name, value), function()
    return M.property(unit, name) == value
  end, 20000)
end

--- Put a program in the place of the game.
-- @param script string for bash
function M.install_game(script)
  M.must("cd " .. M.state .. "/installation && if [ -e srcds_run ] && [ ! -e srcds_run.kept ]; then "
    .. "mv srcds_run srcds_run.kept; fi")
  M.write(M.state .. "/installation/srcds_run", "#!/bin/bash\n" .. script, "0755")
  M.must("chown -R left4me: " .. M.state .. "/installation")
end

--- Make an instance's files as `l4d2ctl initialize` would.
function M.make_instance(name, arguments)
  local text = instance.render_env { port = 27915, arguments = arguments or {}, layers = {}, aliases = {} }
  M.write(M.state .. "/instances/" .. name .. "/instance.env", text)
  M.must(("mkdir -p %s/runtime/%s/{upper,work,merged}; chown -R left4me: %s/runtime/%s %s/instances/%s")
    :format(M.state, name, M.state, name, M.state, name))
end

--- Stop a server and remove all of it.
function M.remove_instance(name)
  M.sh(("systemctl stop left4me-server@%s left4me-boot@%s; systemctl reset-failed left4me-server@%s")
    :format(name, name, name))
  M.becomes("left4me-mount@" .. name, "ActiveState", "inactive")
  M.must(("rm -rf %s/runtime/%s %s/instances/%s"):format(M.state, name, M.state, name))
end

--- Remove the game.
function M.remove_game()
  M.must("cd " .. M.state .. "/installation && rm -f srcds_run && "
    .. "{ [ ! -e srcds_run.kept ] || mv srcds_run.kept srcds_run; }")
end

--- Make a script overlay.
-- @param script string without single quotes
-- @return string its id
function M.make_overlay(script)
  local sql = "insert into overlays(name, type, script, created_at, updated_at) "
    .. ("values ('units', 'script', '%s', 1, 1) returning id;"):format(script)
  local id = M.must(("runuser -u left4me -- sqlite3 %s/left4me.db <<'SQL'\n%s\nSQL"):format(M.state, sql))
  M.must(("runuser -u left4me -- mkdir -p %s/overlays/%s"):format(M.state, id))
  return id
end

--- Remove an overlay with its files.
function M.remove_overlay(id)
  M.sh(("systemctl stop build-overlay@%s; systemctl reset-failed build-overlay@%s"):format(id, id))
  M.must(("rm -rf %s/overlays/%s; runuser -u left4me -- sqlite3 %s/left4me.db 'delete from overlays where id = %s'")
    :format(M.state, id, M.state, id))
end

return M
