-- Pages go out compressed; those that show a secret never do, as their size would tell of what else stands in them.
local http = require "spec.support.http_client"
local runtime = require "host.runtime"
local service = require "spec.support.service"

describe("Over the wire", function()
  local one, cookie, csrf, server

  local function send(method, path, options)
    options.headers = options.headers or { Cookie = cookie }
    options.headers["Accept-Encoding"] = "gzip"
    return http.request(one.address, method, path, options)
  end
  local function get(path) return send("GET", path, {}) end
  local function post(path, fields)
    fields.csrf = csrf
    return send("POST", path, { form = fields })
  end

  setup(function()
    one = service.start { demo_game = false }
    cookie = http.log_in(one.address, "admin", one.env.LEFT4ME_ADMIN_PASSWORD)
    csrf = http.unpacked(get("/").body):match 'name="csrf" value="([^"]+)"'
    local blueprint = one:api("POST", "/blueprints", { name = "one" }, 201)
    server = one:api("POST", "/servers", { name = "one", blueprint_id = blueprint.id }, 201)
  end)
  teardown(function() one:remove() end)

  local function is_plain(answer, status)
    assert.equal(status or 200, answer.status)
    assert.same({}, { answer.headers["content-encoding"], answer.headers.vary })
    return answer.body
  end
  local function is_packed(answer, status)
    assert.equal(status or 200, answer.status)
    assert.same({ "gzip", "Accept-Encoding" }, { answer.headers["content-encoding"], answer.headers.vary })
    return http.unpacked(answer.body)
  end

  -- What a page shows to be copied, and that it is as it came.
  local function secret_of(answer)
    return assert(is_plain(answer):match '<code class="secret" id="[%w-]+">([^<]+)</code>')
  end

  it("pages and their live parts are compressed, also those that say what is wrong", function()
    for _, path in ipairs { "/", "/servers", "/servers?n=1", "/profile", "/admin/users", "/servers/" .. server.id } do
      for _ = 1, 2 do assert.is_truthy(is_packed(get(path)):find("</html>", 1, true), path) end
    end
    assert.is_nil(is_packed(get "/jobs?part=live&state=failed"):find("</html>", 1, true))
    is_packed(get "/nothing-here", 404)
    is_packed(send("GET", "/login", { headers = {} }))
    csrf = "wrong"
    is_packed(post("/profile/tokens", { name = "one" }), 403)
  end)

  describe("a secret is shown in a page that is not compressed:", function()
    before_each(function() csrf = http.unpacked(get("/").body):match 'name="csrf" value="([^"]+)"' end)

    it("the RCON password of a server", function()
      assert.is_true(#secret_of(get(("/servers/%d/rcon_password"):format(server.id))) >= 12)
      is_plain(get(("/servers/%d/rcon_password?part=live"):format(server.id)))
    end)

    it("the generated server.cfg of a server among its files", function()
      local upper = require("domain.instance").paths(require("domain.server").host_name(server.id)).upper
      assert(one.directory:mkdirs(upper .. "/left4dead2/cfg"))
      for _, name in ipairs { "server.cfg", "other.cfg" } do
        assert(one.directory:write(("%s/left4dead2/cfg/%s"):format(upper, name), ("rcon_password x\n"):rep(200)))
      end
      local address = ("/servers/%d/files?path=left4dead2/cfg/"):format(server.id)
      assert.matches("rcon_password x", is_plain(get(address .. "server.cfg")))
      assert.matches("rcon_password x", is_packed(get(address .. "other.cfg")))
    end)

    it("an API token", function()
      local token = secret_of(post("/profile/tokens", { name = "one" }))
      is_plain(http.request(one.address, "GET", "/api/v1/servers", { headers = { Authorization = "Bearer " .. token,
        ["Accept-Encoding"] = "gzip" } }))
    end)

    it("the first password of a user, and the one after it", function()
      local first = secret_of(post("/admin/users", { username = "guest", password = "" }))
      local id = is_packed(get "/admin/users"):match '/admin/users/(%d+)">guest<'
      local second = secret_of(post(("/admin/users/%s/reset-password"):format(id), { confirmed = "yes" }))
      assert.not_equal(first, second)
    end)
  end)

  it("nothing but pages is compressed: the API, its description, what the palette finds, events, logs", function()
    local job = one:api("POST", ("/servers/%d/initialize"):format(server.id), nil, 202)
    one:finished(job)
    is_plain(send("GET", "/palette?q=s", { headers = { Cookie = cookie, Accept = "application/json" } }))
    is_plain(get(("/jobs/%d/log"):format(job.id)))
    is_plain(get "/health")
    local bearer = { Authorization = "Bearer " .. one.token }
    assert.is_true(#is_plain(send("GET", "/api/v1/openapi.json", { headers = bearer })) > 10000)
    local stream = http.events(one.address, "/events?topics=servers",
      { headers = { Cookie = cookie, ["Accept-Encoding"] = "gzip" } })
    assert.same({ 200 }, { stream.response.status, stream.response.headers["content-encoding"] })
    stream.close()
  end)

  it("a template shows as secret only what is handed over as one", function()
    local find = "cd '%s/templates' && grep -roE 'class=\"secret\"[^>]*>.{0,40}' . --include=*.html"
    local listing <close> = assert(io.popen(find:format(runtime.share_dir)))
    local count = 0
    for line in listing:lines() do
      local shown = line:match '>(.+)'
      assert.is_truthy(shown:find("^{{ secret }}</code>") or line:find("^%./style%.html"), line)
      count = count + 1
    end
    assert.equal(4, count)
  end)
end)
