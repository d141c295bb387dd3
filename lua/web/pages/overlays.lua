-- Pages of overlays: the list, and one with its script, its builds and who uses it.
local access = require "domain.access"
local form = require "web.pages.form"
local response = require "web.response"

local function show_list(app, ctx, err)
  return app.view:page(ctx, "overlays", {
    title = "Overlays", overlays = form.read(ctx, "overlay.list", form.page(ctx)), error = err, form = ctx.form or {},
    topics = "overlays,jobs", open_dialog = err ~= nil,
  }, err and err.status)
end

local function show(app, ctx, err)
  local overlay, missing = form.read(ctx, "overlay.get", { id = ctx.params.id })
  if not overlay then return nil, missing end
  local jobs = access.may_change(ctx.actor, overlay)
    and ctx.services.jobs:list(ctx.actor, { overlay_id = overlay.id, limit = 10 }) or {}
  local last = jobs[1]
  return app.view:page(ctx, "overlay", {
    title = overlay.name, overlay = overlay, jobs = jobs, last_job = last, error = err,
    may_change = access.may_change(ctx.actor, overlay), script = ctx.form and ctx.form.script or overlay.script,
    log = last and ("/jobs/%d/log"):format(last.id), topics = "overlays,jobs",
  }, err and err.status)
end

local function create(app, ctx)
  local overlay, err = form.call(ctx, "overlay.create")
  if not overlay then return show_list(app, ctx, err) end
  return response.redirect("/overlays/" .. overlay.id)
end

local function act(action, target)
  return function(app, ctx)
    local value, err = form.call(ctx, action)
    if value == nil then return show(app, ctx, err) end
    return response.redirect(target:format(ctx.params.id))
  end
end

return {
  { method = "GET", path = "/overlays", access = "user", action = "overlay.list", summary = "Overlays",
    handle = function(app, ctx) return show_list(app, ctx) end },
  { method = "GET", path = "/overlays/new", access = "user", summary = "The form of a new overlay",
    handle = function(app, ctx)
      return app.view:page(ctx, "overlay_new", { title = "New overlay", form = {} })
    end },
  { method = "POST", path = "/overlays", access = "user", action = "overlay.create", summary = "Create an overlay",
    handle = create },
  { method = "GET", path = "/overlays/:id", access = "user", action = "overlay.get", summary = "One overlay",
    handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/overlays/:id", access = "user", action = "overlay.update", summary = "Rename an overlay",
    handle = act("overlay.update", "/overlays/%d?notice=saved") },
  { method = "POST", path = "/overlays/:id/script", access = "user", action = "overlay.save_script",
    summary = "Save and build", handle = act("overlay.save_script", "/overlays/%d?notice=saved") },
  { method = "POST", path = "/overlays/:id/build", access = "user", action = "overlay.build", summary = "Build",
    handle = act("overlay.build", "/overlays/%d") },
  { method = "POST", path = "/overlays/:id/wipe", access = "user", action = "overlay.wipe", summary = "Wipe",
    handle = act("overlay.wipe", "/overlays/%d?notice=wiped") },
  { method = "POST", path = "/overlays/:id/delete", access = "user", action = "overlay.delete", summary = "Delete",
    handle = act("overlay.delete", "/overlays?notice=deleted") },
}
