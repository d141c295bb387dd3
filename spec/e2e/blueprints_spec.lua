-- Blueprints in a real headless browser: put in order, previewed, saved in place; and what the host makes of them.
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local service = require "spec.support.service"

local FOUR, MANY = { "a", "b", "c", "d" }, 20

describe("A blueprint", function()
  local why_not, one, overlays = browser.missing(), nil, {}

  setup(function()
    one = service.start { env = ports.environment() }
    for i, name in ipairs(FOUR) do overlays[i] = { id = one:api("POST", "/overlays", { name = name }, 201).id } end
    for i = 1, MANY do one:api("POST", "/overlays", { name = "many " .. i }, 201) end
  end)
  teardown(function() one:remove() end)

  -- "Recipe" with four overlays, which two servers follow; the one of the flow before is out of the way.
  local blueprint, servers
  before_each(function()
    for _, server in ipairs(servers or {}) do one:finished(one:api("DELETE", "/servers/" .. server.id, nil, 202)) end
    for _, old in ipairs(one:api("GET", "/blueprints", nil, 200).blueprints) do
      one:api("DELETE", "/blueprints/" .. old.id, nil, 200)
    end
    blueprint = one:api("POST", "/blueprints", { name = "Recipe", overlays = overlays }, 201)
    servers = {}
    for i, server in ipairs { { name = "runs" }, { name = "runs too", hostname = "Another one" } } do
      server.blueprint_id = blueprint.id
      servers[i] = one:api("POST", "/servers", server, 201)
    end
  end)

  local function flow(sentence, name)
    it(sentence, function()
      if why_not then return pending(why_not) end
      browser.run(one, "blueprints", name, 180000, ("%d"):format(blueprint.id))
    end)
  end

  flow("is put in order with the mouse, which tells what it did, shows it live, and stays when saved", "mouse")
  flow("is put in order with a finger on a phone", "touch")
  flow("is put in order, added to and saved with the keyboard alone", "keyboard")
  flow("shows the server.cfg of what is typed, says what is wrong with it, and warns before it is lost", "typing")
  flow("hears that another window saved it, keeps what is typed here, and overwrites only when told to", "elsewhere")
  flow("is not overwritten by who saved just before it, and is told of it", "between")
  flow("is copied, and deleted only when no server follows it", "copies")
  flow("is composed and tried out without JavaScript", "without_javascript")

  it("is previewed as l4d2ctl initialize writes it, but for the password", function()
    overlays[2].expose_server_cfg, overlays[4].expose_server_cfg = true, true
    one:api("PATCH", "/blueprints/" .. blueprint.id,
      { overlays = overlays, config = { 'sv_tags "é, x"', "// a note", "alias x \"a; b\"" } }, 200)
    one:finished(one:api("POST", ("/servers/%d/initialize"):format(servers[1].id), nil, 202))
    local written = assert(one.directory:read(("instances/%d/server.cfg"):format(servers[1].id), 1 << 16))
    local masked, count = written:gsub('\nrcon_password "[%w_-]+"\n$', '\nrcon_password "••••••••"\n')
    assert.equal(1, count)
    assert.equal(masked, (one:api("GET", ("/blueprints/%d/preview"):format(blueprint.id), nil, 200)))
    assert.matches("^exec server_overlay_4\nexec server_overlay_2\nsv_tags", masked)
  end)
end)
