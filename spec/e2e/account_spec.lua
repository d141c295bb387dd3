-- Sessions, passwords, users, the host's health and the language in a real browser.
local browser = require "spec.support.browser"

describe("In a browser,", function()
  local flow = browser.flows(_ENV, "account")

  flow("one session ends the others, and their streams", "end_the_others")
  flow("a password that was given is only good for choosing another", "one_time_password")
  flow("an admin makes and deletes a user without JavaScript", "without_javascript")
  flow("an admin neither deletes themselves nor who has something left, and is shown what", "refusals")
  flow("the host's health comes by itself and is checked anew", "health")
  flow("all pages speak the language one chose, on a phone", "language")
  flow("the game is installed with its progress on the page", "install")
end)
