-- A request state of the service: opens its own connection, makes the services, hands requests to web.app.
local M = {}

local app

local function read_template(name)
  local file <close> = assert(io.open(("%s/templates/%s.html"):format(require("host.runtime").share_dir, name)))
  return file:read("a")
end

--- Called once in each request state.
-- @param config_text string the configuration as JSON, see boot.config
function M.init(config_text)
  local config = assert(require("host.json").decode(config_text))
  require("base.strict").install(_G)
  local d = assert(require("boot.database").open(config))
  local ports = assert(require("boot.ports").join(config, d))
  local services = require("services").new(ports)
  ports.read_template = read_template
  ports.keep, ports.static_base = require("host.serve").keep, require("host.serve").static_base()
  function ports.stamp() return d:stamp() end
  app = require("web.app").new { services = services, config = config, ports = ports }
end

--- The answer to GET that is remembered, asked for before handle.
-- @return kept reply|nil
function M.recall(path, query, cookie, language)
  return app:recall(path, query, cookie, language)
end

--- Answer a request.
-- @param request table see host.serve
-- @return table response, or a kept one
function M.handle(request)
  return app:handle(request)
end

return M
