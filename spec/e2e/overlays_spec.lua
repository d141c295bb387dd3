-- What an owner does with overlays and their files in a real browser, on a phone, with JavaScript and without.
local browser = require "spec.support.browser"

describe("With overlays and files, an owner", function()
  local flow = browser.flows(_ENV, "overlays")

  flow("saves and builds, sees why a build fails, wipes and builds anew, and deletes", "build")
  flow("is asked before a script that is typed and not saved is lost", "unsaved")
  flow("goes through a tree, reads a file and downloads one, byte by byte", "files")
  flow("sees which layer each file of a server is of", "merged")
  flow("does so without JavaScript", "without_javascript")
end)
