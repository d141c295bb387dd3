-- Pages of blueprints: the list, and one with its ordered overlays, arguments, config and server.cfg preview.
local form = require "web.pages.form"
local response = require "web.response"

-- The form's rows are overlay=<id> in order, expose=<id> for the ticked ones; add=<id> puts one at the end.
-- A button move=up:<id>, move=down:<id> or move=remove:<id> changes the order before saving, without JavaScript.
local function posted_overlays(ctx)
  local list, exposed = {}, {}
  for _, field in ipairs(ctx.form) do
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

local function show_list(app, ctx, err)
  return app.view:page(ctx, "blueprints", {
    title = "Blueprints", blueprints = form.read(ctx, "blueprint.list", form.page(ctx)), error = err,
    form = ctx.form or {}, open_dialog = err ~= nil,
  }, err and err.status)
end

-- Overlays that are not in the list yet.
local function others(ctx, blueprint)
  local used, out = {}, {}
  for _, overlay in ipairs(blueprint.overlays) do used[overlay.id] = true end
  for _, overlay in ipairs(form.read(ctx, "overlay.list", { limit = 200 })) do
    if not used[overlay.id] then out[#out + 1] = overlay end
  end
  return out
end

local function linked(ctx, blueprint)
  local out = {}
  for _, server in ipairs(form.read(ctx, "server.list", { limit = 200 })) do
    if server.blueprint_id == blueprint.id then out[#out + 1] = server end
  end
  return out
end

local function show(app, ctx, err)
  local blueprint, missing = form.read(ctx, "blueprint.get", { id = ctx.params.id })
  if not blueprint then return nil, missing end
  return app.view:page(ctx, "blueprint", {
    title = blueprint.name, blueprint = blueprint, others = others(ctx, blueprint), error = err,
    preview = form.read(ctx, "blueprint.preview", { id = blueprint.id }), servers = linked(ctx, blueprint),
  }, err and err.status)
end

local function create(app, ctx)
  local blueprint, err = form.call(ctx, "blueprint.create", { overlays = {} })
  if not blueprint then return show_list(app, ctx, err) end
  return response.redirect("/blueprints/" .. blueprint.id)
end

local function update(app, ctx)
  local overlays = moved(posted_overlays(ctx), ctx.form.move)
  local blueprint, err = form.call(ctx, "blueprint.update", { overlays = overlays })
  if not blueprint then return show(app, ctx, err) end
  return response.redirect(("/blueprints/%d?notice=saved"):format(blueprint.id))
end

return {
  { method = "GET", path = "/blueprints", access = "user", action = "blueprint.list", summary = "Blueprints",
    handle = function(app, ctx) return show_list(app, ctx) end },
  { method = "GET", path = "/blueprints/new", access = "user", summary = "The form of a new blueprint",
    handle = function(app, ctx)
      return app.view:page(ctx, "blueprint_new", { title = "New blueprint", form = {} })
    end },
  { method = "POST", path = "/blueprints", access = "user", action = "blueprint.create",
    summary = "Create a blueprint", handle = create },
  { method = "GET", path = "/blueprints/:id", access = "user", action = "blueprint.get", summary = "One blueprint",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/blueprints/:id", access = "user", action = "blueprint.update",
    summary = "Change a blueprint", handle = update },
  { method = "POST", path = "/blueprints/:id/delete", access = "user", action = "blueprint.delete",
    summary = "Delete a blueprint", handle = function(app, ctx)
      local done, err = form.call(ctx, "blueprint.delete")
      if not done then return show(app, ctx, err) end
      return response.redirect("/blueprints?notice=deleted")
    end },
}
