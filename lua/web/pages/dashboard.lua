-- The first page: what runs and who plays, what is broken, what is being done, and the three steps of a new owner.
local form = require "web.pages.form"

-- An overview says what matters; the lists behind it say all.
local MOST_SERVERS <const>, MOST_BROKEN <const>, MOST_AT_WORK <const>, MOST_JOBS <const> = 20, 10, 10, 8
local MOST_DISK <const> = 6

-- What a job works on is about to be another way.
local function without_job(servers)
  local out = { next = servers.next }
  for _, server in ipairs(servers) do
    if not server.job then out[#out + 1] = server end
  end
  return out
end

-- How long the bar of each overlay is beside that of the largest, in percent.
local function with_shares(disk)
  for _, overlay in ipairs(disk.overlays) do
    overlay.share = math.max(1, overlay.disk_bytes * 100 // disk.overlays[1].disk_bytes)
  end
  return disk
end

local function show(app, ctx)
  local servers, jobs, actor = ctx.services.servers, ctx.services.jobs, ctx.actor
  local all = servers:list(actor, { limit = MOST_SERVERS })
  local running = servers:list(actor, { limit = MOST_SERVERS, running = true })
  local new_here = #all == 0
  return app.view:page(ctx, "dashboard", {
    title = app.view:word(ctx, "dashboard.title"), new_here = new_here,
    servers = all.next and running or all, some = all.next ~= nil,
    broken = without_job(servers:list(actor, { broken = true, limit = MOST_BROKEN })),
    overlays = new_here and form.need(ctx, "overlay.list", { limit = 1 }),
    first_blueprint = new_here and form.need(ctx, "blueprint.list", { limit = 1 })[1],
    at_work = jobs:list(actor, { state = "running", limit = MOST_AT_WORK }),
    disk = with_shares(ctx.services.overlays:disk(actor, MOST_DISK)),
    jobs = jobs:list(actor, { limit = MOST_JOBS }), installation = ctx.services.installation:status(),
    host = form.game_host(app, ctx), topics = "servers,jobs,overlays",
  })
end

return { { method = "GET", path = "/", access = "user", kept = true, summary = "Overview", handle = show } }
