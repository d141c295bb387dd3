-- Short cuts for whole-product specs: overlays, servers and jobs made through the API of a running service.
local ports = require "spec.support.ports"
local service = require "spec.support.service"

local M = {}

--- Make a script overlay and wait for its first build.
-- @return overlay, job (ended)
function M.overlay(one, name, script)
  local overlay = one:api("POST", "/overlays", { name = name, type = "script" }, 201)
  local job = one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = script }, 202)
  return overlay, one:finished(job)
end

--- Make a blueprint of the overlays (highest first) and a server of it, not started.
-- @param options {overlays=list of ids, arguments=list, config=list, port=integer}|nil
function M.server(one, name, options)
  options = options or {}
  local overlays = {}
  for i, id in ipairs(options.overlays or {}) do overlays[i] = { id = id, expose_server_cfg = true } end
  local blueprint = one:api("POST", "/blueprints", { name = name, overlays = require("host.json").array(overlays),
    arguments = options.arguments or { "+map c1m1_hotel" }, config = options.config or { "sv_tags spec" } }, 201)
  return one:api("POST", "/servers", { name = name, blueprint_id = blueprint.id,
    port = options.port or ports.free() }, 201)
end

--- Enqueue an operation on a server and wait for its end; raises unless it ends in the expected state.
function M.operate(one, server, operation, expected)
  local job = operation == "delete" and one:api("DELETE", "/servers/" .. server.id, nil, 202)
    or one:api("POST", ("/servers/%d/%s"):format(server.id, operation), {}, 202)
  job = one:finished(job)
  assert(job.state == (expected or "succeeded"), ("%s ended %s:\n%s"):format(operation, job.state, M.log(one, job)))
  return job
end

--- A job's log as text.
function M.log(one, job)
  return (one:api("GET", ("/jobs/%d/log"):format(job.id), nil, 200))
end

--- Wait until a server is seen in a state.
function M.seen(one, server, state)
  return service.eventually(("server %d %s"):format(server.id, state), function()
    local now = one:api("GET", "/servers/" .. server.id, nil, 200)
    return now.actual_state == state and now
  end)
end

--- Processes whose command line names the text, as a list of "pid command".
function M.processes(text)
  local out = {}
  local pipe = assert(io.popen(("pgrep -a -f -- '%s' || true"):format(text)))
  for line in pipe:lines() do
    if not line:find("pgrep", 1, true) then out[#out + 1] = line end
  end
  pipe:close()
  return out
end

return M
