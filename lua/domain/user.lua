-- Rules for users: their names and passwords.
local phrase = require "base.phrase"

local M = {}

M.problems = phrase.registry("problems", "user", {
  name = "must start with a letter or digit and have only letters, digits, dots, _ and -",
  wrong_password = "is wrong",
})

local function plain(name)
  if name:match("^%w[%w._-]*$") then return true end
  return nil, M.problems.name()
end

M.USERNAME = {
  name = "username", type = "string", min = 1, max = 32, pattern = plain, help = "The name to log in with",
}
M.PASSWORD = {
  name = "password", type = "string", min = 10, max = 200, secret = true, help = "At least 10 characters",
}

M.LANGUAGE = {
  name = "language", type = "string", one_of = { "", "en", "de" }, help = "en, de, or nothing: as the browser says",
}

return M
