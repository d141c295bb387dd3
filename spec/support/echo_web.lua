-- A small web module for specs of the HTTP server: describes requests, streams, and misbehaves on demand.
local hub = require "host.hub"
local json = require "host.json"
local serve = require "host.serve"

local M = {}
local routes = {}
local config
local calls = 0

local function text(body, headers)
  return { status = 200, headers = headers or { { "Content-Type", "text/plain; charset=utf-8" } }, body = body }
end

local function parameters(query)
  local out = {}
  for name, value in query:gmatch("([^&=]+)=([^&]*)") do
    out[name] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  return out
end

routes["/hello"] = function() return text("hello\n") end
routes["/echo"] = function(request)
  calls = calls + 1
  return text(json.encode { request = request, calls = calls, config = config },
    { { "Content-Type", "application/json" } })
end

local function listed(names)
  local out = {}
  for name in (names or ""):gmatch "[^,]+" do out[#out + 1] = name end
  return out
end

routes["/log"] = function(_, q)
  return { stream = { kind = q.kind or "log", path = config .. "/" .. q.path, from = math.tointeger(q.from),
    format = q.format or "tagged", topic = q.topic, ended = q.ended, revoke = listed(q.revoke), times = q.times == "1",
    topics = listed(q.topics) } }
end
routes["/journal"] = function(_, q)
  return { stream = { kind = "journal", directory = q.directory, unit = q.unit or "game.service",
    invocation = q.invocation, boot = q.boot, after = q.after, from = q.from, topic = q.topic,
    revoke = listed(q.revoke), follow = q.follow ~= "no", tail = math.tointeger(q.tail), topics = listed(q.topics) } }
end
routes["/download"] = function(_, q)
  return { stream = { kind = "file", directory = config .. "/" .. q.directory, path = q.path,
    revoke = listed(q.revoke) } }
end
routes["/bell"] = function(_, q)
  return { stream = { kind = "bell", topics = listed(q.topics), revoke = listed(q.revoke) } }
end
routes["/ring"] = function(_, q)
  assert(hub.ring(q.topic))
  return text("rung\n")
end
routes["/close"] = function(_, q)
  assert(hub.close(q.topic, q.text))
  return text("closed\n")
end
routes["/revoked-meanwhile"] = function(_, q)
  assert(hub.ring(q.revoke))
  return { stream = { kind = "bell", topics = { "x" }, revoke = listed(q.revoke) } }
end
routes["/file"] = function(_, q)
  return { file = { path = config .. "/" .. q.path }, headers = { { "Content-Disposition", "attachment" } } }
end
-- A body of so many bytes that may be compressed; ?noise: one that cannot be.
routes["/packable"] = function(_, q)
  local bytes = math.tointeger(q.bytes)
  local body = q.noise and require("host.crypto").random(bytes) or ("words "):rep(bytes // 6 + 1):sub(1, bytes)
  return { status = math.tointeger(q.status), body = body, compress = true, headers = { { "X-Test", "kept" } } }
end
-- What cannot be compressed, though the handler asks for it.
local ODDLY_PACKED = {
  coded = { body = "x", headers = { { "content-encoding", "br" } } }, file = { file = { path = "/etc/hostname" } },
  stream = { stream = { kind = "bell", topics = { "x" } } },
}
routes["/oddly-packed"] = function(_, q)
  local response = ODDLY_PACKED[q.what]
  response.compress = q.compress ~= nil
  return response
end
routes["/big"] = function(_, q) return text(("x"):rep(math.tointeger(q.bytes))) end
routes["/status"] = function(_, q) return { status = math.tointeger(q.status), body = q.body or "" } end
routes["/header"] = function(_, q) return { headers = { { q.name or "X-Test", q.value } } } end
routes["/cookies"] = function()
  return text("two", { { "Set-Cookie", "a=1" }, { "Set-Cookie", "b=2" } })
end
routes["/raise"] = function() error("on purpose") end
routes["/raise-object"] = function() error(setmetatable({}, { __tostring = function() error("again") end })) end
routes["/eat"] = function()
  local hoard = {}
  while true do hoard[#hoard + 1] = ("x"):rep(1 << 20) .. #hoard end
end
routes["/nest"] = function()
  local depth = 0
  local function deeper()
    depth = depth + 1
    return (string.gsub("x", "x", deeper))
  end
  local ok, message = pcall(deeper)
  return text(("%s %d %s"):format(ok, depth, tostring(message)))
end
routes["/generation"] = function(_, q) return text(tostring(hub.generation(q.topic))) end
routes["/wait"] = function(_, q)
  assert(hub.wait(q.topic, math.tointeger(q.seen), 10000))
  return text("waited\n")
end
routes["/namespaces"] = function()
  local ns = require "host.ns"
  local _, _, spawn = ns.spawn { argv = { "/bin/true" }, mounts = {} }
  local _, _, confine = ns.confine()
  local runtime = require "host.runtime"
  local _, _, become = runtime.become "nobody"
  local _, _, files_as = runtime.files_as(65534, 65534)
  return text(("%s %s %s %s"):format(spawn, confine, become, files_as))
end
routes["/nothing"] = function() end
routes["/odd"] = function() return { status = 200, surprise = true } end

-- Kept per cookie; a handler that is asked for /kept again was not recalled.
local kept = {}
routes["/kept"] = function(request, q)
  calls = calls + 1
  if q.packable then
    kept[request.headers.cookie] = serve.keep { body = ("kept words "):rep(500), compress = true }
    return kept[request.headers.cookie]
  end
  kept[request.headers.cookie or ""] = serve.keep(text("kept for " .. tostring(request.headers.cookie) .. "\n"))
  return text("new\n")
end
routes["/forget"] = function()
  kept = {}
  collectgarbage()
  return text("forgotten\n")
end

function M.recall(path, query, cookie)
  if query == "raise" then error("recall raises") end
  if query == "odd" then return 7 end
  return path == "/kept" and kept[cookie] or nil
end

function M.init(text_config)
  config = text_config
  assert(hub.ring("state"))
end

function M.handle(request)
  local route = routes[request.path]
  if not route then return { status = 404, body = "no such route\n" } end
  return route(request, parameters(request.query))
end

return M
