-- Actions on jobs.
local fields = require "actions.fields"
local job_rules = require "domain.job"

local ID = fields.id("job")

local function service(ctx)
  return ctx.services.jobs
end

return {
  {
    name = "job.list", object = "job", permission = "user", status = 200,
    summary = "List jobs, the newest first",
    args = {
      { name = "state", type = "string", one_of = job_rules.STATES, help = "Only jobs in this state" },
      { name = "operation", type = "string", one_of = job_rules.KINDS, help = "Only jobs of this kind" },
      { name = "server_id", type = "id", help = "Only jobs of this server" },
      { name = "overlay_id", type = "id", help = "Only jobs of this overlay" },
      fields.LIMIT,
      { name = "before", type = "id", help = "Go on before this id" },
    },
    run = function(ctx, args) return service(ctx):list(ctx.actor, args) end,
  },
  {
    name = "job.get", object = "job", permission = "owner", status = 200,
    summary = "Show a job", args = { ID },
    run = function(ctx, args) return service(ctx):get(ctx.actor, args.id) end,
  },
  {
    name = "job.cancel", object = "job", permission = "owner", status = 202,
    summary = "Cancel a job", args = { ID },
    run = function(ctx, args) return service(ctx):cancel(ctx.actor, args.id) end,
  },
}
