-- The command palette in a real headless browser: by keyboard alone, by touch on a phone, and without JavaScript.
local browser = require "spec.support.browser"
local ports = require "spec.support.ports"
local service = require "spec.support.service"

-- With LEFT4ME_SCREENSHOTS=DIRECTORY pictures of it stay there.
describe("With the palette,", function()
  local why_not, one = browser.missing "axe-core", nil

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
      browser.run(one, "palette", name, 180000)
    end)
  end

  flow("a server is found, started and stopped by keyboard alone; deleting one asks first", "keyboard")
  flow("a finger goes to a page, 375 px wide", "touch")
  flow("what is looked for is found without JavaScript too", "without_javascript")
end)
