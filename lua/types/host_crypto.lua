-- Stub of host.crypto (runtime/crypto.c): passwords, random bytes, HMAC, SHA-256, by libsodium.
---@meta host.crypto

local M = {}

--- Hash a password with argon2id; the salt and the cost are part of the result. May block (about 70
--- ms).
---@param password string
---@return string|nil digest at most 127 bytes of ASCII
---@return string|nil message
---@return "ENOMEM"|nil code
function M.password_hash(password) end

--- Whether the password belongs to the digest. May block as long as password_hash.
---@param digest string from password_hash; anything else is false at once
---@param password string
---@return boolean
function M.password_verify(digest, password) end

--- Bytes nobody can guess.
---@param count integer 1 to 1048576
---@return string
function M.random(count) end

--- HMAC-SHA-256 (RFC 2104, RFC 4231).
---@param key string
---@param message string
---@return string digest 32 bytes
function M.hmac(key, message) end

--- SHA-256 (FIPS 180-4).
---@param message string
---@return string digest 32 bytes
function M.sha256(message) end

--- Compare in a time that depends on the length only.
---@param a string
---@param b string
---@return boolean
function M.equal(a, b) end

--- Lower-case hexadecimal.
---@param bytes string
---@return string
function M.hex(bytes) end

--- Bytes from hexadecimal digits of either case.
---@param text string
---@return string|nil bytes
---@return string|nil message
---@return "EINVAL"|nil code
function M.unhex(text) end

--- Base 64 with - and _ and without padding (RFC 4648 section 5).
---@param bytes string
---@return string
function M.base64url(bytes) end

return M
