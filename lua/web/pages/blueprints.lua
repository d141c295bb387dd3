-- Pages of blueprints: the list, and one with its ordered overlays, arguments, config and server.cfg preview.
local form = require "web.pages.form"
local response = require "web.response"
local rules = require "domain.blueprint"
local version = require "domain.version"

-- The form's rows are overlay=<id> in order, expose=<id> for the ticked ones; add=<id> puts one at the end.
-- A button move=up:<id>, move=down:<id> or move=remove:<id> changes the order before saving, without JavaScript.
local PARTS = { overlay = true, expose = true, add = true, move = true, unsaved = true, seen = true }
-- What the form has beside them for the preview alone is not saved.
local SAVED_PARTS = { overlay = true, expose = true, add = true, move = true, server_id = true, seen = true,
  over = true }

local function posted_overlays(posted)
  local list, exposed = {}, {}
  for _, field in ipairs(posted) do
    local id = math.tointeger(tonumber(field.value:match("^%d+$") or ""))
    if field.name == "expose" and id then exposed[id] = true end
    if (field.name == "overlay" or field.name == "add") and id then list[#list + 1] = { id = id } end
  end
  for _, overlay in ipairs(list) do overlay.expose_server_cfg = exposed[overlay.id] or false end
  return list
end

local function moved(list, how)
  local verb, id = (how or ""):match("^(%l+):(%d+)$")
  for i, overlay in ipairs(list) do
    if overlay.id == math.tointeger(tonumber(id)) then
      local other = verb == "up" and i - 1 or verb == "down" and i + 1 or i
      if verb == "remove" then table.remove(list, i)
      elseif list[other] then list[i], list[other] = list[other], list[i] end
      break
    end
  end
  return list
end

local FEW, FIRST_OVERLAYS, MANY = 3, 5, 12

local function first(list, count)
  return table.move(list, 1, math.min(#list, count), 1, {})
end

local function show_list(app, ctx)
  local list = ctx.services.blueprints:with_servers(form.need(ctx, "blueprint.list", form.page(ctx)))
  for _, one in ipairs(list) do
    one.first_overlays = first(one.overlays, FIRST_OVERLAYS)
    one.more_overlays, one.more_servers = #one.overlays - #one.first_overlays, one.servers.total - #one.servers
  end
  return app.view:page(ctx, "blueprints", { title = app.view:word(ctx, "blueprints.title"), form = {},
    blueprints = list, topics = "blueprints,servers,jobs" })
end

local function show_new(app, ctx, err)
  return app.view:page(ctx, "blueprint_new", { title = app.view:word(ctx, "blueprints.new"), form = ctx.form or {},
    error = err }, err and err.status)
end

-- What a script makes the row of an overlay from that is added.
local BLANK = { id = "{id}", name = "{name}", expose_server_cfg = false, blank = true }

-- What the form shows: what is saved, or what was typed when that could not be saved.
local function content(blueprint, typed, choices)
  if not typed then
    return { name = blueprint.name, overlays = blueprint.overlays, config = table.concat(blueprint.config, "\n"),
      arguments = table.concat(blueprint.arguments, "\n") }
  end
  local names, overlays = {}, moved(posted_overlays(typed), typed.move)
  for _, choice in ipairs(choices) do names[choice.id] = choice.name end
  for _, overlay in ipairs(overlays) do overlay.name = names[overlay.id] or ("overlay %d"):format(overlay.id) end
  return { name = typed.name, overlays = overlays, config = typed.config, arguments = typed.arguments }
end

local function without(choices, overlays)
  local used, out = {}, {}
  for _, overlay in ipairs(overlays) do used[overlay.id] = true end
  for _, choice in ipairs(choices) do
    if not used[choice.id] then out[#out + 1] = choice end
  end
  return out
end

local function version_of(app, blueprint)
  return version.of(app.ports.crypto, rules.content(blueprint))
end

-- typed: what the form was left with when it was not saved; draft: the server.cfg that would give.
local function show(app, ctx, err, typed, draft)
  local blueprint, missing = form.read(ctx, "blueprint.get", { id = ctx.params.id })
  if not blueprint then return nil, missing end
  local choices = ctx.services.overlays:choices(ctx.actor, blueprint.user_id)
  local shown, servers, stored = content(blueprint, typed, choices), blueprint.servers, version_of(app, blueprint)
  shown.rows = first(shown.overlays, #shown.overlays)
  table.insert(shown.rows, BLANK)
  return app.view:page(ctx, "blueprint", {
    title = blueprint.name, blueprint = blueprint, form = shown, others = without(choices, shown.overlays), error = err,
    any_overlay = #choices > 0, many_overlays = #choices > MANY,
    conflict = form.conflict(err, "blueprint", "blueprints/" .. blueprint.id), version = stored,
    seen = typed and typed.seen or stored,
    unsaved = typed ~= nil, server_id = typed and typed.server_id, servers = servers,
    preview = draft or blueprint.preview, stale = typed ~= nil and not draft,
    topics = "servers,jobs", of = "blueprint:" .. blueprint.id,
    more_servers = servers.total - #servers, first_servers = first(servers, FEW), beyond_first = servers.total - FEW,
  }, err and err.status)
end

-- The server.cfg of what the form holds, which is not saved: a page, or the part of it that a script asks for.
local function preview(app, ctx)
  local overlays = moved(posted_overlays(ctx.form), ctx.form.move)
  local text, err = form.call(ctx, "blueprint.draft", { overlays = overlays })
  if not (text or err.fields) then return nil, err end
  if ctx.request.query.part ~= "live" then return show(app, ctx, err, ctx.form, text) end
  return app.view:page(ctx, "blueprint_draft", { preview = text, error = err, stale = not text,
    unsaved = ctx.form.unsaved == "yes" })
end

local function create(app, ctx)
  local blueprint, err = form.call(ctx, "blueprint.create", { overlays = {} })
  if not blueprint then return show_new(app, ctx, err) end
  return response.redirect("/blueprints/" .. blueprint.id .. "?notice=created")
end

-- The server.cfg of what is not saved because someone else saved meanwhile; nothing else is wrong with it.
local function draft_beside(ctx, err, overlays)
  if err.code ~= "blueprint.changed" then return nil end
  return (form.call(ctx, "blueprint.draft", { overlays = overlays, server_id = ctx.form.server_id }))
end

-- A script is told which version it stored: the page it is led to may show a newer one already.
local function update(app, ctx)
  local overlays = moved(posted_overlays(ctx.form), ctx.form.move)
  local blueprint, err = form.call(ctx, "blueprint.update", { overlays = overlays })
  if not blueprint then return show(app, ctx, err, ctx.form, draft_beside(ctx, err, overlays)) end
  local stored = ctx.request.query.tell == "stored" and "&stored=" .. version_of(app, blueprint) or ""
  local row = (ctx.form.move or ""):match("^%l+:(%d+)$")
  return response.redirect(("/blueprints/%d?notice=saved%s%s"):format(blueprint.id, stored,
    row and "#overlay-" .. row or ""))
end

local function duplicate(app, ctx)
  local copy, err = form.call(ctx, "blueprint.duplicate", { word = app.view:word(ctx, "blueprints.copy") })
  return copy and response.redirect(("/blueprints/%d?notice=duplicated"):format(copy.id)), err
end

local function delete(app, ctx)
  local done, err = form.call(ctx, "blueprint.delete")
  if not done then return show(app, ctx, err) end
  return response.redirect("/blueprints?notice=deleted")
end

return {
  { method = "GET", path = "/blueprints", access = "user", action = "blueprint.list", kept = true,
    summary = "Blueprints", handle = show_list },
  { method = "GET", path = "/blueprints/new", access = "user", kept = true, summary = "The form of a new blueprint",
    handle = function(app, ctx) return show_new(app, ctx) end },
  { method = "POST", path = "/blueprints", access = "user", action = "blueprint.create",
    summary = "Create a blueprint", handle = create },
  { method = "GET", path = "/blueprints/:id", access = "user", action = "blueprint.get", kept = true,
    summary = "One blueprint", handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/blueprints/:id", access = "user", action = "blueprint.update", parts = SAVED_PARTS,
    summary = "Change a blueprint", handle = update },
  { method = "POST", path = "/blueprints/:id/preview", access = "user", action = "blueprint.draft", parts = PARTS,
    summary = "The server.cfg of a changed blueprint", handle = preview },
  { method = "POST", path = "/blueprints/:id/duplicate", access = "user", action = "blueprint.duplicate",
    parts = { word = true }, summary = "Copy a blueprint", handle = duplicate },
  { method = "POST", path = "/blueprints/:id/delete", access = "user", action = "blueprint.delete",
    summary = "Delete the blueprint", handle = delete, question = form.question("blueprint.delete", "blueprint.get") },
}
