-- What an owner does with overlays and their files in a real browser, on a phone, with JavaScript and without.
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local service = require "spec.support.service"

describe("With overlays and files, an owner", function()
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
      browser.run(one, "overlays", name, 180000)
    end)
  end

  flow("saves and builds, sees why a build fails, wipes and builds anew, and deletes", "build")
  flow("goes through a tree, reads a file and downloads one, byte by byte", "files")
  flow("sees which layer each file of a server is of", "merged")
  flow("does so without JavaScript", "without_javascript")
end)
