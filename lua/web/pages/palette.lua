-- Finding pages, objects and actions by name: as a page, and as data for the dialog that opens anywhere.
local json = require "host.json"
local palette = require "web.palette"
local response = require "web.response"
local text = require "base.text"

local function shown_kind(app, ctx, result)
  local kind = app.view:word(ctx, "palette.kind_" .. result.kind)
  return result.owner and app.view:word(ctx, "palette.kind_of", "kind", kind, "name", result.owner) or kind
end

local function find(app, ctx)
  local typed = ctx.request.query.q or ""
  if text.problem(typed) then typed = "" end
  local results = palette.find(ctx, app.view:words(ctx), typed)
  for _, one in ipairs(results) do one.kind, one.beneath = shown_kind(app, ctx, one), (one.href or one.post):sub(2) end
  if (ctx.request.headers.accept or ""):find("application/json", 1, true) then
    local out = {}
    for i, one in ipairs(results) do
      out[i] = { title = one.title, kind = one.kind, href = one.href, post = one.post }
    end
    return response.json(200, { results = json.array(out) })
  end
  return app.view:page(ctx, "palette",
    { title = app.view:word(ctx, "palette.title"), typed = typed, results = results })
end

return {
  { method = "GET", path = "/palette", access = "user", action = "search.find",
    summary = "Find pages, objects and actions", handle = find },
}
