-- One event stream per page: says that something the page shows has changed; the page then asks for it.
local access = require "domain.access"
local response = require "web.response"

local TOPICS = { servers = true, jobs = true, overlays = true }

return {
  { method = "GET", path = "/events", access = "user", summary = "Changes as events", handle = function(_, ctx)
    local topics = {}
    for name in (ctx.request.query.topics or ""):gmatch("%l+") do
      if TOPICS[name] then topics[#topics + 1] = name end
    end
    if #topics == 0 or #topics > 3 then topics = { "servers", "jobs", "overlays" } end
    return response.stream { kind = "bell", topics = topics, revoke = access.endings(ctx.actor) }
  end },
}
