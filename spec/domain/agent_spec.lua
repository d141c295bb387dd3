-- Specs of domain.agent: real headers of browsers, and of others.
local agent = require "domain.agent"

local CASES = {
  ["Firefox, Linux"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  ["Chrome, Windows"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    .. "Chrome/129.0.0.0 Safari/537.36",
  ["Edge, Windows"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    .. "Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0",
  ["Safari, macOS"] = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    .. "Version/17.6 Safari/605.1.15",
  ["Safari, iPhone"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 "
    .. "(KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
  ["Chrome, Android"] = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    .. "Chrome/129.0.0.0 Mobile Safari/537.36",
  ["Samsung Internet, Android"] = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    .. "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
  ["Firefox, iPad"] = "Mozilla/5.0 (iPad; CPU OS 14_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    .. "FxiOS/130.0 Mobile/15E148 Safari/605.1.15",
  ["Opera, Linux"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 "
    .. "Safari/537.36 OPR/114.0.0.0",
  ["curl, "] = "curl/7.88.1",
  [", "] = '"><img src=x onerror=1>',
}

describe("domain.agent", function()
  for names, header in pairs(CASES) do
    it("knows " .. names, function() assert.equal(names, table.concat({ agent.names(header) }, ", ")) end)
  end

  it("knows nothing of whoever says nothing", function()
    assert.same({ "", "" }, { agent.names(nil) })
    assert.same({ "", "" }, { agent.names "" })
  end)
end)
