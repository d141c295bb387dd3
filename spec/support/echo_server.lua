-- Serves spec/support/echo_web.lua until it is told to stop: left4me lua spec/support/echo_server.lua DIR [NAME=VALUE…]
local runtime = require "host.runtime"
package.path = runtime.share_dir .. "/?.lua;" .. package.path

local options = {
  listen_ip = "127.0.0.1", listen_port = 0, workers = 16, streams = 8, pool = 2, config = arg[1],
  web = "spec.support.echo_web", scheduler = "spec.support.idle_scheduler", state_bytes = 32 << 20,
}
for i = 2, #arg do
  local name, value = arg[i]:match("^([%w_]+)=(.*)$")
  options[name] = math.tointeger(value) or value
end
function options.on_ready(ip, port)
  runtime.write(1, ("listening on %s:%d\n"):format(ip, port))
end

local ok, message, code = require("host.serve").run(options)
if not ok then
  runtime.write(2, ("%s (%s)\n"):format(message, code))
  return 1
end
return 0
