-- Admin page of the host's health: the lines of its last check, memory, disk, versions, counts.
local checked = require "domain.checked"
local form = require "web.pages.form"
local response = require "web.response"

-- The folders of the state directory that were measured, in order.
local function folders(check)
  local out = {}
  for _, name in ipairs(checked.FOLDERS) do
    local bytes = check and check.disk[name]
    if bytes then out[#out + 1] = { name = name, bytes = bytes } end
  end
  return out
end

local function used(total, free)
  return total and free and { bytes = total - free, total = total, free = free,
    percent = ("%.0f"):format((total - free) / total * 100) } or nil
end

-- Programs by their own names.
local function versions(health)
  local of, check = health.versions, health.check
  return {
    { name = "left4me", version = of.left4me }, { name = "Lua", version = of.lua },
    { name = "SQLite", version = health.figures.sqlite }, { name = "CivetWeb", version = of.civetweb },
    { name = "Linux", version = of.kernel },
    check and check.systemd and { name = "systemd", version = check.systemd } or nil,
  }
end

local function show(app, ctx)
  local health = form.need(ctx, "health.get", {})
  local disk, memory = health.disk or {}, health.machine.memory
  return app.view:page(ctx, "health", {
    title = app.view:word(ctx, "health.title"), topics = "health", health = health, check = health.check,
    folders = folders(health.check), disk = used(disk.total_bytes, disk.free_bytes),
    versions = versions(health), memory = used(memory.total, memory.available),
  })
end

local function check(_, ctx)
  local asked, err = form.call(ctx, "health.check")
  if not asked then return nil, err end
  return response.redirect("/admin/health?notice=checking")
end

return {
  { method = "GET", path = "/admin/health", access = "admin", action = "health.get", summary = "The host's health",
    handle = show },
  { method = "POST", path = "/admin/health/check", access = "admin", action = "health.check",
    summary = "Check the host anew", handle = check },
}
