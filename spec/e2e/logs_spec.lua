-- Logs and jobs in a real headless browser, on a telephone's width too.
local browser = require "spec.support.browser"
local runtime = require "host.runtime"
local service = require "spec.support.service"

describe("In a browser, who reads a log", function()
  local flow = browser.flows(_ENV, "logs", { timeout_ms = 240000, start = function()
    return service.start { env = { STANDIN_STEAMCMD_DELAY = "0.2",
      LEFT4ME_STEAMCMD = runtime.share_dir .. "/spec/support/steamcmd/steamcmd.sh" } }
  end })

  flow("sees its colours well, and nothing of what else terminals can be told", "colours")
  flow("follows it, goes back, pauses and jumps to the newest; sees its times and where a progress bar is", "following")
  flow("searches it with the keyboard, and takes it along", "searching")
  flow("opens 100,000 lines at their end, goes back in them, and has 100,000 pass by", "long_log")
  flow("gets the events of a stream whole, wherever it is cut into pieces", "pieces")
  flow("misses no line of what came while it was paused and the connection cut", "paused_and_cut")
  flow("finds jobs by their state and what they are about, sees them change in place, and does one again", "filters")
  flow("watches how far the installation of the game is", "installing")
end)
