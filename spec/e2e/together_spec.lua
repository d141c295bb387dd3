-- Several browsers at one object, and connections that go and come, in a real headless browser.
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local service = require "spec.support.service"

describe("Browsers that look at the same,", function()
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
      browser.run(one, "together", name, 180000, one.token)
    end)
  end

  flow("see what is done to a server in another one without a reload", "server")
  flow("see what is done to an overlay in another one", "overlay")
  flow("say what happened when another one deleted what they show", "deleted")
  flow("say that the connection is lost, and show what is right when it is back", "cut")
  flow("ask for nothing while nobody looks, and show what is right when somebody does", "asleep")
  flow("are asked to log in again when another one ends their sessions", "shut_out")
end)
