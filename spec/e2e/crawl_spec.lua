-- A crawler that attacks every page and form it finds, logged in as an admin, finds nothing: Debian's wapiti.
--
-- Left out: modules that ask other machines (ssrf, xxe, wapp, nikto), that try lists of names and passwords (buster,
-- backup, htaccess, brute_login_form), blindsql, which knows no SQLite, and cookieflags, which would judge the cookie
-- as it is handed to wapiti. Of headers, those that a service on plain HTTP does not send. Debian 13 has no wapiti.
local http = require "spec.support.http_client"
local json = require "host.json"
local proc = require "host.proc"
local seed = require "spec.support.seed"
local service = require "spec.support.service"

local MODULES <const> = "csp,http_headers,crlf,csrf,exec,file,permanentxss,redirect,sql,xss,shellshock,methods"
local CRAWL_SECONDS <const>, MODULE_SECONDS <const> = "45", "30"
local FINE = {
  ["Strict-Transport-Security is not set"] = "the proxy sends it, over HTTPS",
  ["X-XSS-Protection is not set"] = "browsers have removed what it switched on; the content security policy is set",
}
-- Where it begins, beside the overview: pages it must have attacked to be worth anything.
local REACHED = { "/servers?q=friday", "/servers/1", "/blueprints/1", "/overlays/1",
  "/overlays/1/files?path=left4dead2", "/jobs?state=failed", "/jobs/1",
  "/profile", "/admin", "/admin/users", "/palette?q=friday" }
-- What would end the session or lock its user out, and the game's thousands of files.
local EXCLUDED = { "/logout", "/profile/*", "/admin/users/1/*", "/servers/*/files?*", "/servers/*/download?*" }

-- Debian 12's wapiti writes the flags of a pattern at its end, which Debian 12's Python refuses.
local PROGRAM <const> = [[
import re
compiled = re.compile
re.compile = lambda text, flags=0: compiled(
    "(?ms)" + text[:-5] if isinstance(text, str) and text.endswith("(?ms)") else text, flags)
from wapitiCore.main.wapiti import wapiti_main
wapiti_main()
]]

local function start()
  local one = service.start()
  local d <close> = assert(require("store.db").open(one.root .. "/left4me.db"))
  seed.fill(d, { now = require("host.clock").now(), owner = 1, users = 1, overlays = 2, blueprints = 2, servers = 2,
    jobs = 6, root = one.directory })
  return one
end

local function crawl(one, session)
  local cookie = { value = session, version = 0, secure = false, expires = json.null, port = json.null }
  assert(one.directory:write("cookie.json", json.encode {
    ["127.0.0.1"] = { ["/"] = { left4me_session = cookie } } }))
  local address = "http://" .. one.address
  local argv = { "/usr/bin/python3", "-c", PROGRAM, "-u", address .. "/", "-c", one.root .. "/cookie.json",
    "--store-session", one.root .. "/crawled", "--store-config", one.root .. "/crawler", "--scope", "domain",
    "-m", MODULES, "--max-scan-time", CRAWL_SECONDS, "--max-attack-time", MODULE_SECONDS, "-t", "5",
    "--no-bugreport", "-v", "1", "-f", "json", "-o", one.root .. "/report.json" }
  for _, path in ipairs(EXCLUDED) do table.move({ "-x", address .. path }, 1, 2, #argv + 1, argv) end
  for _, path in ipairs(REACHED) do table.move({ "-s", address .. path }, 1, 2, #argv + 1, argv) end
  local result = assert(proc.run { argv = argv, env = one.env, timeout_ms = 600000, max_output = 1 << 24 })
  assert(result.code == 0, result.stdout .. result.stderr)
  return result.stdout, json.decode(assert(one.directory:read("report.json", 1 << 24)), { max_bytes = 1 << 24 })
end

local function findings(report)
  local out = {}
  for _, kind in ipairs { "vulnerabilities", "anomalies" } do
    for name, list in pairs(report[kind]) do
      for _, one in ipairs(list) do
        if not FINE[one.info] then out[#out + 1] = ("%s: %s %s: %s"):format(name, one.method, one.path, one.info) end
      end
    end
  end
  return table.concat(out, "\n")
end

describe("A crawler with a list of attacks", function()
  it("finds nothing in any page or form, and the service has no fault", function()
    if proc.run { argv = { "test", "-x", "/usr/bin/wapiti" }, timeout_ms = 5000 }.code ~= 0 then
      return pending "wapiti is not installed (Debian 13 has no such package)"
    end
    local one <close> = start()
    local session = http.log_in(one.address, "admin", one.env.LEFT4ME_ADMIN_PASSWORD)
    local said, report = crawl(one, session:match "=(.*)")
    assert.equal("", findings(report))
    for _, path in ipairs(REACHED) do
      assert.is_truthy(said:find(("http://%s%s "):format(one.address, path), 1, true), path .. " was not reached")
    end
    assert.equal(200, http.request(one.address, "GET", "/profile", { headers = { Cookie = session } }).status)
    assert.is_nil(one:log():match "fault %x+, [^\n]*")
  end)
end)
