-- Several browsers at one object, and connections that go and come, in a real headless browser.
local browser = require "spec.support.browser"

describe("Browsers that look at the same,", function()
  local flow = browser.flows(_ENV, "together", { arguments = function(one) return one.token end })

  flow("see what is done to a server in another one without a reload", "server")
  flow("see what is done to an overlay in another one", "overlay")
  flow("do not lose a script to each other: who saves second is told, and decides", "scripts")
  flow("say what happened when another one deleted what they show", "deleted")
  flow("say that the connection is lost, and show what is right when it is back", "cut")
  flow("ask for nothing while nobody looks, and show what is right when somebody does", "asleep")
  flow("are asked to log in again when another one ends their sessions", "shut_out")
end)
