-- The web application: finds the route, knows who asks, guards unsafe requests, and turns faults into plain pages.
local actions = require "actions"
local api = require "web.api.handler"
local csrf = require "web.csrf"
local errors = require "base.errors"
local login_guard = require "web.login_guard"
local recent = require "web.recent"
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

local refusals = errors.registry("web", {
  forged = { status = 403, text = "This form is out of date. Go back, load the page again, and repeat what you did." },
  method = { status = 405, text = "This address does not take that method." },
  address = { status = 400, text = "This address cannot be understood." },
  fault = {
    code = "common.internal", status = 500,
    text = "Something went wrong. The service's log says more under {number}.",
  },
})

--- The Set-Cookie header of a session; an empty id removes it.
function App:session_cookie(id)
  return { "Set-Cookie", ("%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s"):format(SESSION_COOKIE, id,
    self.config.cookie_secure and "; Secure" or "", id == "" and "; Max-Age=0" or "") }
end

--- A page that says what went wrong.
function App:failure(ctx, err)
  ctx.headers = response.pairs(err.headers)
  return self.view:page(ctx, "error", { title = self.view:word(ctx, "layout.not_done"), error = err }, err.status)
end

local function refused(self, ctx, err)
  if ctx.request.path:find("^/api/") then return api.failure(err) end
  return self:failure(ctx, err)
end

-- To the page that comes before every other.
local function sent_to(ctx, location, status, why)
  if ctx.request:wants_events() then return response.text(status, why) end
  if ctx.request:is_fragment() then return response.text(status, why, { { "HX-Redirect", location } }) end
  return response.redirect(location, 302)
end

local function ask_to_log_in(ctx)
  local query = ctx.request.raw_query:gsub("&?part=live$", "") -- the login leads to the whole page
  local target = ctx.request.path .. (query ~= "" and "?" .. query or "")
  local location = "/login"
  if SAFE[ctx.request.method] and response.is_local(target) then
    location = location .. "?next=" .. target:gsub("[^%w/._~-]", function(c) return ("%%%02X"):format(c:byte()) end)
  end
  return sent_to(ctx, location, 401, "Please log in.\n")
end

-- Who came with a password to be used once sees nothing before they chose one of their own.
local function password_first(ctx, route)
  if not ctx.actor or not ctx.actor.must_change_password or route.access == "anonymous" or route.before_password then
    return nil
  end
  return sent_to(ctx, "/password", 403, "Please choose a password first.\n")
end

-- An unsafe request says what a page of the session said, in its form or in a header.
local function guard(self, ctx)
  if SAFE[ctx.request.method] then return true end
  local form, err = ctx.request:form()
  if not form then return nil, err end
  ctx.form = form
  local expected = ctx.session and ctx.session.csrf or ctx.login_csrf
  local given = form.csrf or ctx.request.headers["x-csrf-token"]
  if not expected or not csrf.fits(self.ports.crypto, given, expected) then return nil, refusals.forged() end
  return true
end

-- What a form brought beside its token: a question in between hands it on.
local function typed(form)
  local fields = {}
  for _, field in ipairs(form) do
    if field.name ~= "csrf" then fields[#fields + 1] = field end
  end
  return fields
end

-- What would lose something is asked about first; the dialog of a page with JavaScript has done so already.
local function unconfirmed(self, ctx, route)
  if not route.question or ctx.form.confirmed == "yes" then return nil end
  local question, err = route.question(ctx, self)
  if not question then return self:failure(ctx, err) end
  local what = self.view:word(ctx, "actions." .. route.action)
  return self.view:page(ctx, "confirm", { title = what, question = question, what = what, fields = typed(ctx.form),
    back = route.back or ctx.request.path:gsub("/[^/]*$", "") })
end

local function serve_page(self, ctx, route)
  if route.access ~= "anonymous" and not ctx.actor then return ask_to_log_in(ctx) end
  local first = password_first(ctx, route)
  if first then return first end
  if route.access == "admin" and not ctx.actor.admin then return self:failure(ctx, errors.common.forbidden()) end
  if not ctx.session and route.login then login_guard.prepare(self, ctx) end
  ctx.route = route
  local ok, err = guard(self, ctx)
  if not ok then return self:failure(ctx, err) end
  local answer = unconfirmed(self, ctx, route)
  if answer then return answer end
  answer, err = route.handle(self, ctx)
  return answer or self:failure(ctx, err)
end

local function dispatch(self, ctx)
  local route, params = self.router:match(ctx.request.method, ctx.request.path)
  if route and route.api and not ctx.request.malformed then return api.handle(self, ctx.request, route, params) end
  ctx.actor, ctx.session = self.services.auth:session(ctx.request:cookie(SESSION_COOKIE))
  if ctx.request.malformed then return refused(self, ctx, refusals.address()) end
  if not route then
    return refused(self, ctx, params and refusals.method { headers = { Allow = params } } or errors.common.not_found())
  end
  ctx.params = params
  return serve_page(self, ctx, route), route
end

local function new_context(self, raw)
  return { request = request.new(raw), services = self.services }
end

local function respond(self, raw)
  local answer, route = dispatch(self, new_context(self, raw))
  return route and route.kept and self.recent:keep(raw, answer) or answer
end

-- A full disk or a busy database has an answer of its own; everything else is a fault, named by a number in the log.
local function excuse(self, raw, raised)
  local err = errors.is(raised) and raised
  if not err then
    local number = self.ports.crypto.hex(self.ports.crypto.random(4))
    self.ports.log:error("fault %s, %s %s: %s", number, raw.method, raw.path, tostring(raised))
    err = refusals.fault { params = { number = number } }
  end
  return refused(self, new_context(self, raw), err)
end

--- The answer to GET that is remembered, if it is; a fault is left to handle.
-- @param path string
-- @param query string
-- @param cookie string the whole header
-- @param language string the whole header Accept-Language
-- @return any|nil what ports.keep made of the response
function App:recall(path, query, cookie, language)
  local ok, kept = pcall(self.recent.find, self.recent, path, query, cookie, language)
  return ok and kept or nil
end

--- Answer a request.
-- @param raw table see host.serve
-- @return table response, or what ports.keep made of it
function App:handle(raw)
  local ok, answer = xpcall(respond, actions.rescue, self, raw)
  return ok and answer or excuse(self, raw, answer)
end

--- @param options table {services=, config=, ports={crypto, clock, log, read_template, static_base, stamp, keep}}
function M.new(options)
  local ports = options.ports
  return setmetatable({
    services = options.services, config = options.config, ports = ports, router = router.new(routes.list),
    recent = recent.new(ports),
    view = view.new { read = ports.read_template, clock = ports.clock, crypto = ports.crypto,
      static_base = ports.static_base },
  }, App)
end

return M
