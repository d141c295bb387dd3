-- The main job in a real headless browser, as a person clicks and types it, with and without JavaScript.
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local runtime = require "host.runtime"
local service = require "spec.support.service"

describe("In a browser, a server owner", function()
  local flow = browser.flows(_ENV, "browser", { start = function()
    local one = service.start { env = ports.environment() }
    one:run("left4me", "seed-script-overlays", runtime.share_dir .. "/deploy/examples/script-overlays")
    return one
  end })

  flow("logs in, writes overlays, composes, starts, watches, stops, resets and deletes a server", "main")
  flow("does so with the keyboard alone", "keyboard")
  flow("does so without JavaScript", "without_javascript")
  flow("loses and doubles no line of a log when connections are cut", "cut_streams")
  flow("runs nothing of what scripts, games and players print", "hostile_output")
  flow("is asked to log in again on every page after logging out on one", "logged_out")
end)
