-- The routes of the JSON API: each names an action of the registry, or a stream.
local M = {}

local function crud(object)
  local plural = "/api/v1/" .. object .. "s"
  return {
    { method = "GET", path = plural, action = object .. ".list", list = object },
    { method = "POST", path = plural, action = object .. ".create", object = object },
    { method = "GET", path = plural .. "/:id", action = object .. ".get", object = object },
    { method = "PATCH", path = plural .. "/:id", action = object .. ".update", object = object },
    { method = "DELETE", path = plural .. "/:id", action = object .. ".delete", object = object },
  }
end

local routes = {}
for _, object in ipairs { "overlay", "blueprint", "server" } do
  for _, route in ipairs(crud(object)) do routes[#routes + 1] = route end
end
for _, operation in ipairs { "start", "stop", "reset", "initialize" } do
  routes[#routes + 1] = { method = "POST", path = "/api/v1/servers/:id/" .. operation,
    action = "server." .. operation, object = "job" }
end
for _, route in ipairs {
  { method = "POST", path = "/api/v1/overlays/:id/script", action = "overlay.save_script", object = "job" },
  { method = "POST", path = "/api/v1/overlays/:id/build", action = "overlay.build", object = "job" },
  { method = "POST", path = "/api/v1/overlays/:id/wipe", action = "overlay.wipe", object = "overlay" },
  { method = "GET", path = "/api/v1/blueprints/:id/preview", action = "blueprint.preview", text = true },
  { method = "GET", path = "/api/v1/jobs", action = "job.list", list = "job" },
  { method = "GET", path = "/api/v1/jobs/:id", action = "job.get", object = "job" },
  { method = "POST", path = "/api/v1/jobs/:id/cancel", action = "job.cancel", object = "job" },
  { method = "GET", path = "/api/v1/jobs/:id/log", stream = "jobs", name = "job.log",
    summary = "A job's log: text, or events when text/event-stream is accepted" },
  { method = "GET", path = "/api/v1/servers/:id/log", stream = "servers", name = "server.log",
    summary = "A server's console output of this run: text, or events when text/event-stream is accepted" },
  { method = "GET", path = "/api/v1/openapi.json", description = true, name = "openapi",
    summary = "This description" },
} do
  routes[#routes + 1] = route
end

-- Deleting a server is a job; deleting an overlay or a blueprint answers with what was.
for _, route in ipairs(routes) do
  if route.action == "server.delete" then route.object = "job" end
  route.api = true
end

M.list = routes

return M
