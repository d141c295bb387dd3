-- Pages of files: the tree of an overlay, the merged tree of a server, one file as text, downloads.
local frame = require "web.pages.server_frame"
local response = require "web.response"
local text = require "base.text"

-- The way down to a path: {name, path} of each directory on it, the last one without a path.
local function crumbs(names)
  local out, path = {}, ""
  for i, name in ipairs(names) do
    path = path .. (i > 1 and "/" or "") .. name
    out[i] = { name = text.repaired(name), path = i < #names and text.percent(path) or nil }
  end
  return out
end

-- An overlay has a name of its own, unless it is someone else's.
local function named(app, ctx, layers)
  for _, layer in ipairs(layers) do
    layer.name = layer.name or app.view:word(ctx, "files.from_" .. layer.kind)
  end
  return layers
end

local function linked(entries)
  for _, entry in ipairs(entries or {}) do entry.path = entry.path and text.percent(entry.path) end
  return entries
end

local function asked(ctx)
  local from = ctx.request.query.from or ""
  return ctx.request.query.path or "", from:find("^%d+$") and #from < 8 and math.tointeger(tonumber(from)) or 0
end

-- What the tree shows of a path; its object, which a page shows around it, apart.
local function look(app, ctx, kind)
  local path, from = asked(ctx)
  local seen, err = ctx.services.content:look(ctx.actor, kind, ctx.params.id, path, from)
  if not seen then return nil, err end
  return {
    base = ("/%ss/%d"):format(kind, seen.object.id), top = seen.object.name, crumbs = crumbs(seen.names),
    entries = linked(seen.entries), file = seen.file, layers = named(app, ctx, seen.layers), here = text.percent(path),
    first = from + 1, layered = kind == "server", mounted = seen.object.mounted, fragment = ctx.request:is_fragment(),
    secret = seen.secret,
  }, seen.object
end

local function show_overlay(app, ctx)
  local data, overlay = look(app, ctx, "overlay")
  if not data then return nil, overlay end
  data.title, data.overlay, data.files = app.view:word(ctx, "files.title", "name", overlay.name), overlay, true
  data.of = "overlay:" .. overlay.id
  data.type = app.view:word(ctx, "overlays.type_" .. overlay.type)
  return app.view:page(ctx, "overlay_files", data)
end

local function show_server(app, ctx)
  local data, err = look(app, ctx, "server")
  if not data then return nil, err end
  return frame.show(app, ctx, "files", function() return data end)
end

local function download(kind)
  return function(_, ctx)
    local stream, name = ctx.services.content:download(ctx.actor, kind, ctx.params.id, (asked(ctx)))
    if not stream then return nil, name end
    return response.attachment(stream, name)
  end
end

return {
  { method = "GET", path = "/overlays/:id/files", access = "user", summary = "Files of an overlay",
    handle = show_overlay },
  { method = "GET", path = "/overlays/:id/download", access = "user", summary = "Download a file of an overlay",
    handle = download "overlay" },
  { method = "GET", path = "/servers/:id/files", access = "user", summary = "Files as a server's game sees them",
    handle = show_server },
  { method = "GET", path = "/servers/:id/download", access = "user", summary = "Download a file as the game sees it",
    handle = download "server" },
}
