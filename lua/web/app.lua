-- The web application: finds the route, knows who asks, guards unsafe requests, and turns faults into plain pages.
local api = require "web.api.handler"
local errors = require "base.errors"
local request = require "web.request"
local response = require "web.response"
local router = require "web.router"
local routes = require "web.routes"
local view = require "web.view"

local M = {}

local App = {}
App.__index = App

local SESSION_COOKIE = "left4me_session"
local SAFE = { GET = true, HEAD = true }

local forged = errors.registry("web", {
  forged = { status = 403, text = "This form is out of date. Go back, load the page again, and repeat what you did." },
}).forged

--- The Set-Cookie header of a session; an empty id removes it.
function App:session_cookie(id)
  return { "Set-Cookie", ("%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s"):format(SESSION_COOKIE, id,
    self.config.cookie_secure and "; Secure" or "", id == "" and "; Max-Age=0" or "") }
end

--- A page that says what went wrong.
function App:failure(ctx, err)
  local headers = {}
  for name, value in pairs(err.headers or {}) do headers[#headers + 1] = { name, value } end
  ctx.headers = headers
  return self.view:page(ctx, "error", { title = "Not done", error = err }, err.status)
end

local function ask_to_log_in(ctx)
  local target = ctx.request.path .. (ctx.request.raw_query ~= "" and "?" .. ctx.request.raw_query or "")
  local location = "/login"
  if SAFE[ctx.request.method] and response.is_local(target) and target ~= "/" then
    location = location .. "?next=" .. target:gsub("[^%w/._~-]", function(c) return ("%%%02X"):format(c:byte()) end)
  end
  if ctx.request:is_fragment() then return response.text(401, "Please log in.\n", { { "HX-Redirect", location } }) end
  return response.redirect(location, 302)
end

-- An unsafe request carries the session's token, in its form or in a header.
local function guard(self, ctx)
  if SAFE[ctx.request.method] then return true end
  local form, err = ctx.request:form()
  if not form then return nil, err end
  ctx.form = form
  local expected = ctx.session and ctx.session.csrf or ctx.login_csrf
  local given = form.csrf or ctx.request.headers["x-csrf-token"] or ""
  if not expected or not self.ports.crypto.equal(given, expected) then return nil, forged() end
  return true
end

local function serve_page(self, ctx, route)
  if route.access ~= "anonymous" and not ctx.actor then return ask_to_log_in(ctx) end
  if route.access == "admin" and not ctx.actor.admin then return self:failure(ctx, errors.common.forbidden()) end
  if not ctx.session and route.login then require("web.login_guard").prepare(self, ctx) end
  local ok, err = guard(self, ctx)
  if not ok then return self:failure(ctx, err) end
  local answer
  answer, err = route.handle(self, ctx)
  return answer or self:failure(ctx, err)
end

local function dispatch(self, ctx)
  local route, params = self.router:match(ctx.request.method, ctx.request.path)
  local of_api = ctx.request.path:find("^/api/")
  if not route then
    local err = params and errors.common.not_found { text = "This address does not take that method." }
      or errors.common.not_found()
    if params then err.status, err.code, err.headers = 405, "common.method", { Allow = params } end
    if of_api then return api.failure(err) end
  end
  if route and route.api then return api.handle(self, ctx.request, route, params) end
  ctx.actor, ctx.session = self.services.auth:session(ctx.request:cookie(SESSION_COOKIE))
  if not route then
    return self:failure(ctx, params and errors.registry("web", { method = { status = 405,
      text = "This address does not take that method." } }).method { headers = { Allow = params } }
      or errors.common.not_found())
  end
  ctx.params = params
  return serve_page(self, ctx, route)
end

-- A full disk or a busy database has an answer of its own; everything else is a fault, named by a number in the log.
local function rescue(self, ctx, raised)
  local err = errors.is(raised) and raised or errors.from_database(raised)
  if not err then
    local number = self.ports.crypto.hex(self.ports.crypto.random(4))
    self.ports.log:error("fault %s, %s %s: %s", number, ctx.request.method, ctx.request.path, tostring(raised))
    err = errors.common.internal { 
      text = ("Something went wrong. The service's log says more under %s."):format(number) }
  end
  if ctx.request.path:find("^/api/") then return api.failure(err) end
  ctx.actor, ctx.session = nil, nil
  return self:failure(ctx, err)
end

--- Answer a request.
-- @param raw table see host.serve
-- @return table response
function App:handle(raw)
  local ctx = { request = request.new(raw), services = self.services }
  local ok, answer = xpcall(dispatch, function(e)
    return type(e) == "string" and debug.traceback(e, 2) or e
  end, self, ctx)
  if ok then return answer end
  return rescue(self, ctx, answer)
end

--- @param options table {services=, config=, ports=}
function M.new(options)
  return setmetatable({
    services = options.services, config = options.config, ports = options.ports, router = router.new(routes.list),
    view = view.new { read = options.ports.read_template, clock = options.ports.clock },
  }, App)
end

return M
