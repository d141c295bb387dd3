-- The code editor in a real headless browser, under our own policy: what is written arrives, and there is a way out.
local browser = require "spec.support.browser"

describe("In a browser, the code editor", function()
  local flow = browser.flows(_ENV, "editor")

  flow("completes names of server.cfg and saves every letter", "writes")
  flow("is entered and left with the keyboard alone", "keyboard")
  flow("searches and replaces in the page's language", "searches")
  flow("follows its field: replaced with its form, changed by others, only to be read", "replaced")
  flow("is a plain field without JavaScript", "without_javascript")
  flow("is fetched only where a field wants it", "light")
end)
