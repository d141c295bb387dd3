-- Pages of overlays: the list, and one with its script, its builds and who uses it.
local access = require "domain.access"
local form = require "web.pages.form"
local questions = require "web.questions"
local response = require "web.response"
local text = require "base.text"
local version = require "domain.version"

local MANY = 8 -- so many can be looked through by eye

local function show_list(app, ctx)
  local page, searched = form.page(ctx), text.trim(ctx.request.query.name or "")
  page.name = searched ~= "" and searched or nil
  local overlays = ctx.services.overlays:list(ctx.actor, page)
  return app.view:page(ctx, "overlays", {
    title = app.view:word(ctx, "overlays.title"), form = {}, topics = "overlays,jobs", overlays = overlays,
    searched = searched, searched_query = text.percent(searched),
    searchable = searched ~= "" or #overlays > MANY or page.after > 0,
  })
end

local function show_new(app, ctx, err)
  return app.view:page(ctx, "overlay_new",
    { title = app.view:word(ctx, "overlays.new"), form = ctx.form or {}, error = err }, err and err.status)
end

-- What can be done with it now, and why it cannot be wiped when that is not plain to see.
local function possible(ctx, overlay)
  if not access.may_change(ctx.actor, overlay) then return { change = false } end
  local why = ctx.services.overlays:obstacle(ctx.actor, overlay.id)
  return { change = true, wipe = not why, delete = not why and overlay.uses == 0 }, why
end

local function took(overlay, job)
  if not job then return overlay.build_ms end
  return job.finished_at and job.started_at and math.max(job.finished_at - job.started_at, 0)
end

local MOST_SHOWN = 7 -- objects that one stream tells of

-- What the page listens to: the overlay, and the servers it names first.
local function shown(overlay)
  local out = { "overlay:" .. overlay.id }
  for _, blueprint in ipairs(overlay.used_by) do
    for _, server in ipairs(blueprint.servers) do
      if #out < MOST_SHOWN then out[#out + 1] = "server:" .. server.id end
    end
  end
  return table.concat(out, ",")
end

-- How much would be gone, in words.
local function lost(app, ctx, overlay)
  if not overlay.disk_bytes then return app.view:word(ctx, "overlays.lost_unknown") end
  if overlay.disk_files == 0 then return app.view:word(ctx, "overlays.lost_nothing") end
  return app.view:word(ctx, "overlays.lost", "size", app.view:size(ctx, overlay.disk_bytes),
    "files", app.view:word(ctx, "overlays.files", "count", overlay.disk_files))
end

-- What the questions before a loss say of it.
local function asked(app, ctx, overlay)
  return { name = overlay.name, lost = lost(app, ctx, overlay) }
end

local function question(action)
  return function(ctx, app)
    local overlay, err = form.read(ctx, "overlay.get", { id = ctx.params.id })
    if not overlay then return nil, err end
    return questions.of(action, asked(app, ctx, overlay))
  end
end

-- typed: what a form was left with when it could not be saved.
local function show(app, ctx, err, typed)
  local overlay, missing = form.read(ctx, "overlay.get", { id = ctx.params.id })
  if not overlay then return nil, missing end
  local may, why = possible(ctx, overlay)
  local jobs = may.change and ctx.services.jobs:list(ctx.actor, { overlay_id = overlay.id, limit = 10 }) or {}
  local last, queued = form.current(jobs)
  typed = typed or {}
  local stored = version.of(app.ports.crypto, overlay.script)
  return app.view:page(ctx, "overlay", {
    title = overlay.name, overlay = overlay, type = app.view:word(ctx, "overlays.type_" .. overlay.type),
    last_job = last, queued = queued, took = took(overlay, last), error = err, asked = asked(app, ctx, overlay),
    may = may, why = why, script = typed.script or overlay.script, unsaved = typed.script ~= nil,
    conflict = form.conflict(err, "script", "overlays/" .. overlay.id), version = stored,
    seen = typed.seen or stored,
    name = typed.name or overlay.name, renaming = typed.name ~= nil,
    log = last and ("/jobs/%d/log"):format(last.id), of = shown(overlay),
  }, err and err.status)
end

local function create(app, ctx)
  local overlay, err = form.call(ctx, "overlay.create")
  if not overlay then return show_new(app, ctx, err) end
  return response.redirect("/overlays/" .. overlay.id .. "?notice=created")
end

local function act(action, target)
  return function(app, ctx)
    local value, err = form.call(ctx, action)
    if value == nil then return show(app, ctx, err, ctx.form) end
    return response.redirect(target:format(ctx.params.id))
  end
end

return {
  { method = "GET", path = "/overlays", access = "user", action = "overlay.list", kept = true, summary = "Overlays",
    handle = show_list },
  { method = "GET", path = "/overlays/new", access = "user", kept = true, summary = "The form of a new overlay",
    handle = function(app, ctx) return show_new(app, ctx) end },
  { method = "POST", path = "/overlays", access = "user", action = "overlay.create", summary = "Create an overlay",
    handle = create },
  { method = "GET", path = "/overlays/:id", access = "user", action = "overlay.get", kept = true,
    summary = "One overlay", handle = function(app, ctx) return show(app, ctx) end },
  { method = "POST", path = "/overlays/:id", access = "user", action = "overlay.update", summary = "Rename an overlay",
    handle = act("overlay.update", "/overlays/%d?notice=saved") },
  { method = "POST", path = "/overlays/:id/script", access = "user", action = "overlay.save_script",
    parts = { seen = true, over = true }, summary = "Save and build",
    handle = act("overlay.save_script", "/overlays/%d?notice=building") },
  { method = "POST", path = "/overlays/:id/build", access = "user", action = "overlay.build", summary = "Build",
    handle = act("overlay.build", "/overlays/%d?notice=building") },
  { method = "POST", path = "/overlays/:id/wipe", access = "user", action = "overlay.wipe",
    summary = "Wipe the overlay", handle = act("overlay.wipe", "/overlays/%d?notice=wiped"),
    question = question "overlay.wipe" },
  { method = "POST", path = "/overlays/:id/rebuild", access = "user", action = "overlay.rebuild",
    summary = "Wipe and rebuild", handle = act("overlay.rebuild", "/overlays/%d?notice=building"),
    question = question "overlay.rebuild" },
  { method = "POST", path = "/overlays/:id/delete", access = "user", action = "overlay.delete",
    summary = "Delete the overlay", handle = act("overlay.delete", "/overlays?notice=deleted"),
    question = question "overlay.delete" },
}
