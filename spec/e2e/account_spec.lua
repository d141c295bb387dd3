-- Sessions, passwords, users, the host's health and the language in a real browser.
local browser = require "spec.support.browser"
local service = require "spec.support.service"

describe("In a browser,", function()
  local why_not, one = browser.missing(), nil

  setup(function()
    if not why_not then one = service.start() end
  end)
  teardown(function() if one then one:remove() end end)

  local function flow(sentence, name)
    it(sentence, function()
      if why_not then return pending(why_not) end
      browser.run(one, "account", name, 180000)
    end)
  end

  flow("one session ends the others, and their streams", "end_the_others")
  flow("a password that was given is only good for choosing another", "one_time_password")
  flow("an admin makes and deletes a user without JavaScript", "without_javascript")
  flow("an admin neither deletes themselves nor who has something left, and is shown what", "refusals")
  flow("the host's health comes by itself and is checked anew", "health")
  flow("all pages speak the language one chose, on a phone", "language")
  flow("the game is installed with its progress on the page", "install")
end)
