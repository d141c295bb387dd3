-- What an owner does with one server in a real browser: players, the address, the password, the name, a repair.
local browser = require "spec.support.browser"
local runtime = require "host.runtime"

describe("On the page of a server, its owner", function()
  local flow = browser.flows(_ENV, "servers", {
    arguments = function() return (runtime.executable:gsub("[^/]*$", "l4d2ctl")) end,
  })

  flow("sees who plays, and on which map, on a phone", "players")
  flow("copies the address, reads and changes the password, and restarts to apply it", "connect_and_secret")
  flow("renames it after being told what that means, with JavaScript and without", "rename")
  flow("makes one in a box that says where its form is when it cannot be fetched", "form_out_of_reach")
  flow("repairs with one button what should run but does not", "repair")
end)
