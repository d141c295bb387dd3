-- The web application on services in memory: requests are tables, no socket is opened.
local csrf = require "web.csrf"
local json = require "host.json"
local support = require "spec.support.app"

local M = {}

local Site = {}
Site.__index = Site

local function read_template(name)
  local path = ("%s/templates/%s.html"):format(require("host.runtime").share_dir, name)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function encode(text)
  return (tostring(text):gsub("[^%w._~-]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

--- Fields as application/x-www-form-urlencoded; a list of {name, value} keeps its order.
function M.form(fields)
  local out = {}
  for name, value in pairs(fields) do
    if math.type(name) then name, value = value[1], value[2] end
    out[#out + 1] = encode(name) .. "=" .. encode(value)
  end
  return table.concat(out, "&")
end

-- The headers of an answer by lower-case name; cookies as a list.
local function opened(response)
  local out = { status = response.status, body = response.body, stream = response.stream, compress = response.compress,
    headers = {}, cookies = {} }
  for _, header in ipairs(response.headers) do
    local name = header[1]:lower()
    if name == "set-cookie" then table.insert(out.cookies, header[2]) end
    out.headers[name] = header[2]
  end
  if (out.headers["content-type"] or ""):find("json", 1, true) and response.body then
    out.json = assert(json.decode(response.body, { max_bytes = 1 << 24 }))
  end
  return out
end

--- One request.
-- @param target string path, perhaps with a query
-- @param options {headers=, body=, remote=}|nil
-- @return {status, headers, cookies, body, json|nil, stream|nil, compress|nil}
function Site:request(method, target, options)
  options = options or {}
  local path, query = target:match("^([^?]*)%??(.*)$")
  local headers = options.headers or {}
  local kept = method == "GET" and headers.cookie and self.web:recall(path, query, headers.cookie,
    headers["accept-language"] or "")
  return opened(kept or self.web:handle {
    method = method, path = path, query = query, headers = headers, body = options.body or "",
    remote = options.remote or "192.0.2.1",
  })
end

--- A session of a user: logs in once, unless a password is given.
-- @return {id, csrf= what a page says}
function Site:session(name, password)
  if password or not self.sessions[name] then
    local user, session = self.app.services.auth:login(name, password or name .. "'s password", "192.0.2.9")
    assert(user, tostring(session))
    self.sessions[name] = { id = session.id, csrf = csrf.shown(self.app.ports.crypto, session.csrf) }
  end
  return self.sessions[name]
end

local function with_cookie(self, name, headers)
  local out = {}
  for key, value in pairs(headers or {}) do out[key] = value end
  if name then out.cookie = "left4me_session=" .. self:session(name).id end
  return out
end

--- GET a page as a user (nil is nobody).
function Site:get(name, target, headers)
  return self:request("GET", target, { headers = with_cookie(self, name, headers) })
end

--- The text of a page that a user can see.
-- @return string body
function Site:page(name, target)
  local answer = self:get(name, target)
  assert(answer.status == 200, ("%s: %d"):format(target, answer.status))
  return answer.body
end

--- Whether a page that a user can see has a text.
function Site:shows(name, target, text)
  return self:page(name, target):find(text, 1, true) ~= nil
end

--- POST a form as a user, with the session's CSRF token unless the form has its own.
function Site:post(name, target, fields)
  local form = {}
  for key, value in pairs(fields or {}) do form[key] = value end
  if name and form.csrf == nil then form.csrf = self:session(name).csrf end
  local headers = with_cookie(self, name)
  headers["content-type"] = "application/x-www-form-urlencoded"
  return self:request("POST", target, { headers = headers, body = M.form(form) })
end

--- A token of a user.
function Site:token(name)
  if not self.tokens[name] then
    self.tokens[name] = select(2, assert(self.app.services.tokens:create(self.app.users[name], { name = "spec" })))
  end
  return self.tokens[name]
end

--- A call of the API as a user (nil is nobody); value is the JSON body.
function Site:api(name, method, target, value, headers)
  local out = { ["content-type"] = value ~= nil and "application/json" or nil }
  for key, header in pairs(headers or {}) do out[key] = header end
  if name then out.authorization = "Bearer " .. self:token(name) end
  return self:request(method, "/api/v1" .. target, { headers = out, body = value ~= nil and json.encode(value) or "" })
end

--- Make a site: users admin, bob and eve, nothing else.
-- @param options table|nil see spec.support.app
function M.new(options)
  local app = support.new(options)
  app.services.jobs = require("services.jobs").new(app.ports, app.services)
  app.ports.read_template, app.ports.static_base = read_template, "/static/0123456789abcdef/"
  function app.ports.keep(response) return response end
  function app.ports.stamp() return app.ports.db:stamp() end
  app.ports.fs.read = function() return nil end
  return setmetatable({
    app = app, sessions = {}, tokens = {},
    web = require("web.app").new { services = app.services, config = app.ports.config, ports = app.ports },
  }, Site)
end

return M
