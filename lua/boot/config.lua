-- The configuration: options, the environment, /etc/left4me/host.env and web.env; a bad value stops with one line.
local envfile = require "base.envfile"
local units = require "domain.units"

local M = {}

local FILES = { "/etc/left4me/host.env", "/etc/left4me/web.env" }

local read = {}

function read.text(value)
  return value
end

function read.path(value)
  if value:sub(1, 1) ~= "/" then return nil, "must be an absolute path" end
  local path = value:gsub("/+$", "")
  if path == "" then return nil, "cannot be /" end
  if (path .. "/"):find("^/+usr/") then return nil, "cannot be in /usr, which builds and games see" end
  return path
end

function read.address(value)
  local ip, port = value:match("^(%d+%.%d+%.%d+%.%d+):(%d+)$")
  port = port and #port <= 5 and math.tointeger(tonumber(port))
  if not port or port > 65535 then return nil, "must be an IPv4 address and a port, for example 127.0.0.1:8000" end
  for part in ip:gmatch("%d+") do
    if #part > 3 or tonumber(part) > 255 then return nil, "must begin with an IPv4 address" end
  end
  return { ip = ip, port = port }
end

function read.boolean(value)
  local word = value:lower()
  if word == "true" or word == "1" or word == "yes" or word == "on" then return true end
  if word == "false" or word == "0" or word == "no" or word == "off" then return false end
  return nil, "must be true or false"
end

function read.integer(value, variable)
  local number = value:match("^%d+$") and math.tointeger(tonumber(value))
  if not number or number < variable.min or number > variable.max then
    return nil, ("must be a whole number between %d and %d"):format(variable.min, variable.max)
  end
  return number
end

function read.word(value, variable)
  for _, word in ipairs(variable.one_of) do
    if value == word then return value end
  end
  return nil, "must be one of " .. table.concat(variable.one_of, ", ")
end

function read.secret(value)
  if #value < 32 then return nil, "must have at least 32 characters that nobody can guess" end
  return value
end

function read.host(value)
  if #value > 253 or not value:find("^%w[%w.-]*$") then return nil, "must be a host name or an IPv4 address" end
  return value
end

function read.url(value)
  if not value:match("^https?://[%w.:%[%]-]+[%w._~/-]*$") then return nil, "must be an http or https address" end
  return (value:gsub("/+$", ""))
end

-- name in the configuration, variable, kind, default, and for some the command line option that wins.
local VARIABLES = {
  { "root", "LEFT4ME_ROOT", "path", option = "root" },
  { "db", "LEFT4ME_DB", "path" },
  { "steamcmd", "LEFT4ME_STEAMCMD", "text", "steamcmd" },
  { "listen", "LEFT4ME_LISTEN", "address", "127.0.0.1:8000", option = "listen" },
  { "backend", "LEFT4ME_BACKEND", "word", "auto", option = "backend", one_of = { "auto", "systemd", "standalone" } },
  { "secret_key", "SECRET_KEY", "secret" },
  { "cookie_secure", "SESSION_COOKIE_SECURE", "boolean" },
  { "job_workers", "JOB_WORKER_THREADS", "integer", "4", min = 1, max = 64 },
  { "job_logs", "LEFT4ME_JOB_LOGS", "integer", "2000", min = 1, max = 1000000 },
  { "port_first", "LEFT4ME_PORT_RANGE_START", "integer", "27015", min = 1024, max = 65535 },
  { "port_last", "LEFT4ME_PORT_RANGE_END", "integer", "27115", min = 1024, max = 65535 },
  { "public_address", "LEFT4ME_PUBLIC_ADDRESS", "host" },
  { "poll_seconds", "STATE_POLLER_INTERVAL_SECONDS", "integer", "30", min = 1, max = 3600 },
  { "steam_api_key", "STEAM_WEB_API_KEY", "text", "" },
  { "steam_api", "LEFT4ME_STEAM_API", "url", "https://api.steampowered.com" },
}

-- The installed files speak for the installed state directory; --root means another one.
local function environment(ports, options)
  local env = {}
  for _, path in ipairs(options.root and {} or FILES) do
    local content, problem = ports.read(path)
    if problem then return nil, ("%s: %s"):format(path, problem) end
    for name, value in pairs(content and envfile.parse(content) or {}) do env[name] = value end
  end
  for name, value in pairs(ports.environ) do env[name] = value end
  return env
end

local function default_root(env)
  local state = env.XDG_STATE_HOME
  if not state or state == "" then
    if not env.HOME or env.HOME == "" then
      return nil, "LEFT4ME_ROOT is not set and there is no home directory: say --root DIR"
    end
    state = env.HOME .. "/.local/state"
  end
  if state:sub(1, 1) ~= "/" then return nil, "XDG_STATE_HOME must be an absolute path" end
  return state:gsub("/+$", "") .. "/left4me"
end

local function take(config, env, options)
  for _, variable in ipairs(VARIABLES) do
    local name, source = variable[1], variable[2]
    local value = env[source]
    if value == "" then value = nil end
    if variable.option and options[variable.option] then
      value, source = options[variable.option], "--" .. variable.option
    end
    value = value or variable[4]
    if value then
      local problem
      value, problem = read[variable[3]](value, variable)
      if value == nil then return nil, ("%s %s"):format(source, problem) end
      config[name] = value
    end
  end
  return config
end

-- systemd runs this host, and our units are installed on it (sd_booted(3)).
local INSTALLED = { "/run/systemd/system", "/usr/local/lib/systemd/system/left4me-server@.service" }

local function is_installed(ports)
  for _, path in ipairs(INSTALLED) do
    if not ports.exists(path) then return false end
  end
  return true
end

-- The units know one state directory. Any other, such as a developer's, is a standalone one.
local function choose_backend(config, ports)
  if config.backend == "auto" then
    local ours = config.root == units.ROOT and is_installed(ports)
    config.backend = ours and "systemd" or "standalone"
  end
  if config.backend ~= "systemd" then return true end
  config.root = config.root or units.ROOT
  if config.root == units.ROOT then return true end
  return nil, ("LEFT4ME_ROOT must be %s with the systemd backend: its units know no other"):format(units.ROOT)
end

local function resolve(config, env, ports)
  local chosen, why = choose_backend(config, ports)
  if not chosen then return nil, why end
  if not config.root then
    local problem
    config.root, problem = default_root(env)
    if not config.root then return nil, problem end
  end
  if config.port_first > config.port_last then
    return nil, "LEFT4ME_PORT_RANGE_END must not be below LEFT4ME_PORT_RANGE_START"
  end
  config.db = config.db or config.root .. "/left4me.db"
  config.listen_ip, config.listen_port = config.listen.ip, config.listen.port
  config.listen = nil
  if config.cookie_secure == nil then config.cookie_secure = config.backend ~= "standalone" end
  return config
end

local function absolute(options, directory)
  local out = {}
  for name, value in pairs(options) do out[name] = value end
  if out.root and out.root ~= "" and out.root:sub(1, 1) ~= "/" then out.root = directory() .. "/" .. out.root end
  return out
end

--- Read the configuration.
-- @param options table {root=, listen=, backend=} strings from the command line, each may be absent
-- @param ports table {environ=table, read=function(path) → content|nil, problem|nil, exists=function(path) → boolean,
--   directory=function → cwd}
-- @return table|nil {root, db, steamcmd, listen_ip, listen_port, backend, secret_key|nil, cookie_secure,
--   job_workers, job_logs, port_first, port_last, public_address|nil, poll_seconds, steam_api_key, steam_api}
-- @return string|nil one line that names the variable
function M.load(options, ports)
  options = absolute(options, ports.directory)
  local env, problem = environment(ports, options)
  if not env then return nil, problem end
  local config
  config, problem = take({}, env, options)
  if not config then return nil, problem end
  return resolve(config, env, ports)
end

return M
