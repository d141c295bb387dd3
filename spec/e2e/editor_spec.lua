-- The code editor in a real headless browser, under our own policy: what is written arrives, and there is a way out.
local browser = require "spec.support.browser"
local service = require "spec.support.service"

describe("In a browser, the code editor", function()
  local why_not, one = browser.missing(), nil

  setup(function()
    if not why_not then one = service.start {} end
  end)
  teardown(function() if one then one:remove() end end)

  local function flow(sentence, name)
    it(sentence, function()
      if why_not then return pending(why_not) end
      browser.run(one, "editor", name, 180000)
    end)
  end

  flow("completes names of server.cfg and saves every letter", "writes")
  flow("is entered and left with the keyboard alone", "keyboard")
  flow("searches and replaces in the page's language", "searches")
  flow("follows its field: replaced with its form, changed by others, only to be read", "replaced")
  flow("is a plain field without JavaScript", "without_javascript")
  flow("is fetched only where a field wants it", "light")
end)
