-- Rules for users: their names and passwords.
local phrase = require "base.phrase"

local M = {}

M.problems = phrase.registry("problems", "user", {
  name = "must start with a letter or digit and have only letters, digits, dots, _ and -",
  wrong_password = "is wrong",
  same_password = "must be another one than before",
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

-- Nobody mistakes one of these for another, read aloud or from paper.
local LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"

--- A password to be used once, out of random bytes.
-- @param random string 16 bytes or more
-- @return string like "k7wq-3nbe-…": 80 bits
function M.one_time_password(random)
  local letters = {}
  for i = 1, 16 do
    local at = random:byte(i) % #LETTERS + 1
    letters[i] = LETTERS:sub(at, at) .. (i % 4 == 0 and i < 16 and "-" or "")
  end
  return table.concat(letters)
end

M.LANGUAGE = {
  name = "language", type = "string", one_of = { "", "en", "de" }, help = "en, de, or nothing: as the browser says",
}

return M
