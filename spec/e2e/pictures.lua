-- Takes the pictures of the README (deploy/pictures): left4me lua spec/e2e/pictures.lua DIRECTORY, with
-- LEFT4ME_NODE_MODULES set as for the other flows.
local root = arg[0]:match("^(.*)/spec/e2e/pictures%.lua$") or "."
package.path = root .. "/?.lua;" .. package.path
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local service = require "spec.support.service"

local SCRIPT <const> = [[
mkdir -p left4dead2/cfg
cat > left4dead2/cfg/server.cfg <<'EOF'
sv_alltalk 1
sv_tags "coop, %s"
EOF
echo "The rules are written."
]]

local function overlay(one, name, script)
  local made = one:api("POST", "/overlays", { name = name }, 201)
  one:finished(one:api("POST", ("/overlays/%d/script"):format(made.id), { script = script }, 202))
  return { id = made.id, expose_server_cfg = script:find "server.cfg" ~= nil }
end

local function file(path, mebibytes)
  return ("mkdir -p %s; head -c %dM /dev/zero > %s"):format(path:match "(.*)/", mebibytes, path)
end

local function blueprint(one, name, overlays, arguments, config)
  return one:api("POST", "/blueprints", { name = name, overlays = overlays, arguments = arguments, config = config },
    201).id
end

local function server(one, name, blueprint_id, start)
  local id = one:api("POST", "/servers", { name = name, blueprint_id = blueprint_id }, 201).id
  if start then one:finished(one:api("POST", ("/servers/%d/start"):format(id), nil, 202)) end
  return id
end

local function players(...)
  local out = { "+map c1m1_hotel", "-standin-chatter 900" }
  for _, name in ipairs { ... } do out[#out + 1] = "+standin_join " .. name end
  return out
end

local function fill(one)
  local rules = overlay(one, "House rules", SCRIPT:format "house")
  local maps = overlay(one, "Custom maps", file("left4dead2/addons/maps.vpk", 41))
  local plugins = overlay(one, "SourceMod", file("left4dead2/addons/sourcemod/plugins.smx", 9))
  local coop = blueprint(one, "Friday coop", { rules, maps, plugins }, players("Marlene", "Ole", "kasimir"),
    { "mp_gamemode coop" })
  local versus = blueprint(one, "Versus", { plugins, rules }, players("Ada", "Grace", "Linus", "Ken"),
    { "mp_gamemode versus" })
  local campaign = blueprint(one, "Sunday campaign", { rules, maps, plugins }, { "+map c5m1_waterfront" },
    { "mp_gamemode coop", "z_difficulty Hard", 'sv_tags "campaign, custom"' })
  server(one, "Friday night", coop, true)
  server(one, "Versus 4 on 4", versus, true)
  server(one, "Scavenge", versus, true)
  server(one, "Sunday afternoon", campaign, false)
  return campaign
end

local env = ports.environment()
env.LEFT4ME_PUBLIC_ADDRESS = "l4d2.example.org"
local one <close> = service.start { env = env }
browser.run(one, "pictures", "take", 60000, arg[1], ("%d"):format(fill(one)))
return 0
