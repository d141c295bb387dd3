-- Every route of the web: the pages' and the API's, each with who may ask and what it is for.
--
-- A page's record: {method=, path=, access="anonymous|user|admin", action=|nil, summary=, handle=function(app, ctx)};
-- before_password=true: also for who has to choose a first password.
local M = { list = {} }

for _, name in ipairs { "session", "dashboard", "servers", "server", "blueprints", "overlays", "content", "jobs",
  "account", "admin", "users", "health", "style", "events", "palette" } do
  for _, route in ipairs(require("web.pages." .. name)) do
    assert(route.access and route.summary and route.handle, route.path .. " is not complete")
    M.list[#M.list + 1] = route
  end
end
for _, route in ipairs(require("web.api.routes").list) do M.list[#M.list + 1] = route end

return M
