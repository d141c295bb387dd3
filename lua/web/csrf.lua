-- The token of a form as it stands in a page: another text in each page, so that compressed sizes tell nothing of it.
--
-- Who makes someone load pages with words of their choice, and sees how long they are compressed, may find out what all
-- of them have in common (BREACH). So no page says the token: it says a random salt, and the token's HMAC of it.
local M = {}

local SALT_BYTES <const> = 12
local SALT_LENGTH <const> = 16 -- of them in base 64
local LENGTH <const> = SALT_LENGTH + 43

local function salted(crypto, token, salt)
  return salt .. crypto.base64url(crypto.hmac(token, salt))
end

--- What a page says.
-- @param crypto host.crypto
-- @param token string of the session or of the login form, never shown
-- @return string of 59 letters, digits, - and _
function M.shown(crypto, token)
  return salted(crypto, token, crypto.base64url(crypto.random(SALT_BYTES)))
end

--- Whether a request says what a page with this token said.
-- @param crypto host.crypto
-- @param given any
-- @param token string
-- @return boolean
function M.fits(crypto, given, token)
  if type(given) ~= "string" or #given ~= LENGTH then return false end
  return crypto.equal(given, salted(crypto, token, given:sub(1, SALT_LENGTH)))
end

return M
