-- Looking for objects by name.
return {
  {
    name = "search.find", object = "search", permission = "user", status = 200,
    summary = "Find servers, overlays or blueprints by a part of their name",
    args = {
      { name = "kind", type = "string", required = true, one_of = { "server", "overlay", "blueprint" },
        help = "What to look for" },
      { name = "text", type = "string", trim = true, max = 60, help = "A part of the name, or letters of it in order" },
      { name = "except_state", type = "string", one_of = { "running", "stopped" },
        help = "Leave out servers in this state" },
      { name = "limit", type = "integer", min = 1, max = 50, help = "How many at most (20)" },
    },
    run = function(ctx, args) return ctx.services.search:find(ctx.actor, args) end,
  },
}
