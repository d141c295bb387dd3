-- What an owner does with one server in a real browser: players, the address, the password, the name, a repair.
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local runtime = require "host.runtime"
local service = require "spec.support.service"

describe("On the page of a server, its owner", function()
  local why_not, one = browser.missing(), nil

  setup(function()
    if why_not then return end
    local first = ports.free()
    one = service.start { env = { LEFT4ME_PORT_RANGE_START = ("%d"):format(first),
      LEFT4ME_PORT_RANGE_END = ("%d"):format(first + 50) } }
  end)
  teardown(function() if one then one:remove() end end)

  local function flow(sentence, name)
    it(sentence, function()
      if why_not then return pending(why_not) end
      browser.run(one, "servers", name, 180000, (runtime.executable:gsub("[^/]*$", "l4d2ctl")))
    end)
  end

  flow("sees who plays, and on which map, on a phone", "players")
  flow("copies the address, reads and changes the password, and restarts to apply it", "connect_and_secret")
  flow("renames it after being told what that means, with JavaScript and without", "rename")
  flow("repairs with one button what should run but does not", "repair")
end)
