-- What a few typed letters may mean: pages, objects by name, and actions that are possible now, the best first.
--
-- Every action of a page that needs nothing but its object is offered, with no list of its own: "start coop" is the
-- action "Start the server" with the server "coop". Titles are matched in English and in the language shown.
local access = require "domain.access"
local actions = require "actions"
local possible = require "domain.possible"
local visible = require "base.text".visible
local words_of = require "web.words".of

local M = {}

local MOST, MOST_TOKENS, MOST_LETTERS, ENOUGH_LETTERS = 20, 6, 60, 3

--- The pages to go to, in the order they are shown when nothing is typed yet: path, key of the title, for admins only.
M.PAGES = {
  { "/", "palette.page_overview" }, { "/servers", "palette.page_servers" },
  { "/servers/new", "palette.page_new_server" }, { "/blueprints", "palette.page_blueprints" },
  { "/blueprints/new", "palette.page_new_blueprint" }, { "/overlays", "palette.page_overlays" },
  { "/overlays/new", "palette.page_new_overlay" }, { "/jobs", "palette.page_jobs" },
  { "/profile", "palette.page_profile" }, { "/admin", "palette.page_admin", true },
  { "/admin/users", "palette.page_users", true }, { "/admin/users/new", "palette.page_new_user", true },
  { "/admin/health", "palette.page_health", true }, { "/admin/style", "palette.page_style", true },
}

local PATHS = { server = "/servers/%d", overlay = "/overlays/%d", blueprint = "/blueprints/%d" }
local KINDS = { "server", "overlay", "blueprint" }
-- A server's state in which an action makes no sense: it is not even looked for.
local SENSELESS = { ["server.start"] = "running", ["server.stop"] = "stopped", ["server.restart"] = "stopped" }

local CAPITALS = { ["Ä"] = "ä", ["Ö"] = "ö", ["Ü"] = "ü" }

local function folded(text)
  return (text:lower():gsub("\xC3[\x84\x96\x9C]", CAPITALS))
end

local function tokens_of(text)
  local out = {}
  for token in text:gmatch "[^%s:]+" do
    if #out < MOST_TOKENS then out[#out + 1] = token end
  end
  return out
end

local function starts_a_word(title, token)
  token = folded(token)
  for word in folded(title):gmatch "[%w\x80-\xFF]+" do
    if word:sub(1, #token) == token then return true end
  end
  return false
end

local function has_in_order(title, text)
  local position = 0
  for _, code in utf8.codes((text:gsub("%s", ""))) do
    position = select(2, title:find(utf8.char(code), position + 1, true))
    if not position then return false end
  end
  return true
end

-- How well a title matches, as store.search ranks names; nil when it does not.
local function rank(title, text)
  title, text = folded(title), folded(text)
  if title:sub(1, #text) == text then return 1 end
  if starts_a_word(title, text) then return 2 end
  if title:find(text, 1, true) then return 3 end
  return has_in_order(title, text) and 4 or nil
end

-- Whether a page asks for nothing: what an action takes beside the id it puts together itself.
local function needs_only_id(args, parts)
  for i, field in ipairs(args) do
    if i == 1 and field.name ~= "id" or i > 1 and not parts[field.name] then return false end
  end
  return #args > 0
end

-- What is offered: actions of pages that need no more than their object, or nothing at all.
local offered, wordless
local function offers()
  if offered then return offered end
  offered, wordless = {}, {}
  for _, route in ipairs(require("web.routes").list) do
    local record = route.method == "POST" and not route.api and route.action and actions.get(route.action)
    local args = record and record.args
    local alone = args and #args == 0
    local on_object = args and needs_only_id(args, route.parts or {}) and PATHS[record.object] ~= nil
    if alone or on_object then
      local list = words_of("en"):has("actions." .. route.action) and offered or wordless
      list[#list + 1] = { action = route.action, path = route.path, permission = record.permission,
        kind = on_object and record.object or nil, asks = route.question ~= nil }
    end
  end
  return offered
end

local function actions_of(list)
  local out = {}
  for i, offer in ipairs(list) do out[i] = offer.action end
  return out
end

--- The names of all actions that are offered.
-- @return table list
-- @return table list of those that should be, and have no words
function M.offered()
  return actions_of(offers()), actions_of(wordless)
end

local Finding = {}
Finding.__index = Finding

function Finding:add(score, result)
  result.score, result.place = score, #self.results
  self.results[#self.results + 1] = result
end

-- Objects of a kind by name; asked for once.
function Finding:look(kind, text, except_state)
  local key = table.concat({ kind, text, except_state or "" }, "\n")
  if not self.looked[key] then
    self.looked[key] = actions.call(self.ctx, "search.find",
      { kind = kind, text = text, except_state = except_state, limit = MOST }) or {}
  end
  return self.looked[key]
end

local function named(self, object)
  if object.user_id == self.ctx.actor.id or not object.owner then return nil end
  return object.owner
end

function Finding:pages()
  for _, page in ipairs(M.PAGES) do
    local title = self.words:text(page[2])
    local best = self.text == "" and 1 or rank(title, self.text) or rank(self.english:text(page[2]), self.text)
    if best and (not page[3] or self.ctx.actor.admin) then
      self:add(best + .1, { title = title, kind = "page", href = page[1] })
    end
  end
end

local function without_kind(self, kind)
  local names, rest = self.words:text("palette.kind_" .. kind) .. " " .. kind, {}
  for _, token in ipairs(self.tokens) do
    if #token < ENOUGH_LETTERS or not starts_a_word(names, token) then rest[#rest + 1] = token end
  end
  return table.concat(rest, " ")
end

-- Objects by what was typed, and by that without the word for their kind ("server coop").
function Finding:objects()
  if self.text == "" then return end
  for _, kind in ipairs(KINDS) do
    local seen = {}
    local function add(text, penalty)
      for _, object in ipairs(text ~= "" and self:look(kind, text) or {}) do
        if not seen[object.id] then
          seen[object.id] = true
          if not self.best or object.rank + penalty < self.best.score then
            self.best = { score = object.rank + penalty, object = object, kind = kind }
          end
          self:add(object.rank + penalty, { title = visible(object.name), kind = kind,
            href = PATHS[kind]:format(object.id), owner = named(self, object) })
        end
      end
    end
    add(self.text, 0)
    add(without_kind(self, kind), .2)
  end
end

-- Which words belong to the title of an action: the others, and how well; nil when none does. A word of its kind alone
-- says little.
local function claimed(self, offer)
  local titles = self.words:text("actions." .. offer.action) .. " " .. self.english:text("actions." .. offer.action)
  local kind = offer.kind and offer.kind .. " the des der" or ""
  local rest, longest = {}, 0
  for _, token in ipairs(self.tokens) do
    if not starts_a_word(titles, token) then rest[#rest + 1] = token
    else longest = math.max(longest, starts_a_word(kind, token) and 1 or #token) end
  end
  if longest == 0 or #rest == 0 and longest < ENOUGH_LETTERS then return nil end
  return table.concat(rest, " "), longest > 1 and 0 or .5
end

function Finding:offer(offer, score, object)
  local path = object and offer.path:gsub(":id", ("%d"):format(object.id)) or offer.path
  if self.offered[path] then return end
  self.offered[path] = true
  local what = self.words:text("actions." .. offer.action)
  self:add(score + (offer.asks and .3 or 0), {
    title = object and self.words:text("palette.action", "what", what, "name", object.name) or what, kind = "action",
    post = path, asks = offer.asks, button = what, owner = object and named(self, object),
  })
end

function Finding:actions()
  local actor = self.ctx.actor
  for _, offer in ipairs(offers()) do
    local rest, vague = claimed(self, offer)
    local allowed = access.may_call(actor, offer.permission)
    if rest and allowed and not offer.kind then
      if rest == "" then self:offer(offer, 1 + vague) end
    elseif rest and allowed then
      for _, object in ipairs(self:look(offer.kind, rest, SENSELESS[offer.action])) do
        if access.may_change(actor, object) and possible.now(offer.action, object) then
          self:offer(offer, (rest == "" and 2 or object.rank) + vague, object)
        end
      end
    end
  end
end

-- What can be done without loss with the object that was meant best, after all else.
function Finding:best_object()
  local best = self.best
  if not best or best.score >= 2 then return end
  for _, offer in ipairs(offers()) do
    local fits = offer.kind == best.kind and not offer.asks and possible.now(offer.action, best.object)
    if fits and access.may_change(self.ctx.actor, best.object) then self:offer(offer, 5, best.object) end
  end
end

local function better(a, b)
  if a.score ~= b.score then return a.score < b.score end
  return a.place < b.place
end

--- What may be meant.
-- @param ctx table {actor=, services=}
-- @param words table of web.words
-- @param typed string
-- @return table list of at most 20 {title=, kind="page|server|overlay|blueprint|action", owner=|nil someone else, and
--   href= | post=path, asks=whether there is a question first, button=}
function M.find(ctx, words, typed)
  local tokens = tokens_of(typed:sub(1, (utf8.offset(typed, MOST_LETTERS + 1) or #typed + 1) - 1))
  local finding = setmetatable({ ctx = ctx, words = words, english = words_of "en", tokens = tokens,
    text = table.concat(tokens, " "), results = {}, looked = {}, offered = {} }, Finding)
  finding:pages()
  finding:objects()
  finding:actions()
  finding:best_object()
  table.sort(finding.results, better)
  return table.move(finding.results, 1, MOST, 1, {})
end

return M
