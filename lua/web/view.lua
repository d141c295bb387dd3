-- Renders templates inside the layout, in the visitor's language, with what every page needs.
local csrf = require "web.csrf"
local helpers = require "web.helpers"
local json = require "host.json"
local measures = require "web.measures"
local response = require "web.response"
local template = require "web.template"
local words = require "web.words"

local M = {}

local View = {}
View.__index = View

--- The words of who asks: in the language chosen in the profile, else what the browser asks for.
-- @param ctx table of the request; they are found once for it
-- @return table of web.words
function View:words(ctx) -- luacheck: ignore 212/self
  if not ctx.words then
    local chosen = ctx.actor and ctx.actor.language or ""
    ctx.words = words.of(chosen ~= "" and chosen or words.negotiate(ctx.request.headers["accept-language"]))
  end
  return ctx.words
end

--- A text for titles and messages that a page puts together.
-- @param ctx table of the request
-- @param key string of a catalogue
-- @param ... placeholders, see web.words
-- @return string not escaped
function View:word(ctx, key, ...)
  return self:words(ctx):text(key, ...)
end

--- A size for what a page puts together.
-- @return string not escaped
function View:size(ctx, bytes)
  return measures.size(self:words(ctx), bytes)
end

--- Render a template on its own, in the language spoken last.
function View:render(name, data)
  return self.template(name, data)
end

-- The texts of the scripts, as the layout hands them over.
local function script_words(self, language)
  self.script_words[language] = self.script_words[language] or json.encode(words.of(language):area("script"))
  return self.script_words[language]
end

local function notice(self, ctx)
  local name = (ctx.request.query.notice or ""):match("^[%l_]+$")
  local key = name and "notices." .. name
  return key and self.voice.words:has(key) and self.voice.words:text(key) or nil
end

-- What the forms of the page send back, or nil when whoever sees it has none.
local function token_of(self, ctx)
  local token = ctx.session and ctx.session.csrf or ctx.login_csrf
  return token and csrf.shown(self.crypto, token)
end

-- What the page listens to, as web.pages.events reads it.
local function events_of(data)
  if not data.topics and not data.of then return nil end
  return "topics=" .. (data.topics or "") .. (data.of and "&of=" .. data.of or "")
end

-- Where the page is that a form was answered with; the address of a form itself answers nobody who only looks.
local function place_of(ctx, data)
  if ctx.request.method ~= "POST" then return nil end
  local kind, id = (data.of or ""):match("^(%l+):(%d+)")
  return data.place or kind and ("/%ss/%s"):format(kind, id) or nil
end

--- A whole page, or with ?part=live what changes of it: the same template without the frame.
-- @param ctx table {actor=|nil, session=|nil, request=}
-- @param name string of the template
-- @param data table for the template; title= is the page's; topics= ("servers,jobs") and of= ("server:7") name what it
--   listens to; place= is its address where a form is answered with it, unless that is the one of `of`; secret= is a
--   password or token that it shows, or true: such a page is not compressed, as its size would tell of what else
--   stands in it (BREACH)
-- @param status integer|nil (200)
function View:page(ctx, name, data, status)
  self.voice.words = self:words(ctx)
  data.language = self.voice.words.language
  data.script_words = script_words(self, data.language)
  data.actor, data.csrf, data.path = ctx.actor, token_of(self, ctx), ctx.request.path
  data.notice, data.strangers = notice(self, ctx), ctx.strangers
  data.events, data.place = events_of(data), place_of(ctx, data)
  data.section = data.path:match("^/(%l+)")
  data.content = self:render(name, data)
  local headers = table.move(ctx.headers or {}, 1, #(ctx.headers or {}), 2, { { "Content-Language", data.language } })
  local is_part = ctx.request.query.part == "live"
  local answer = response.html(status or 200, is_part and data.content or self:render("layout", data), headers)
  answer.compress = not data.secret
  return answer
end

--- @param options table {read=function(name) → source, clock=host.clock, crypto=host.crypto, static_base=of host.serve}
function M.new(options)
  local voice = { words = words.of(nil) }
  local known = helpers.new(options.clock, voice)
  function known.static(path) return options.static_base .. path end
  return setmetatable({
    voice = voice, crypto = options.crypto, template = template.set(options.read, known), script_words = {},
  }, View)
end

return M
