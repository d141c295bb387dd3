-- The command palette in a real headless browser: by keyboard alone, by touch on a phone, and without JavaScript.
local browser = require "spec.support.browser"

-- With LEFT4ME_SCREENSHOTS=DIRECTORY pictures of it stay there.
describe("With the palette,", function()
  local flow = browser.flows(_ENV, "palette", { modules = { "axe-core" } })

  flow("a server is found, started and stopped by keyboard alone; deleting one asks first", "keyboard")
  flow("a finger goes to a page, 375 px wide", "touch")
  flow("what is looked for is found without JavaScript too", "without_javascript")
end)
