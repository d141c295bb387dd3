-- Guards the login form before there is a session: a random cookie and its HMAC in the form.
local M = {}

local COOKIE = "left4me_login"

--- Give the request a token for the login form; sets the cookie when it is not there yet.
-- @param app table {config=, ports=}
-- @param ctx table of the request; login_csrf and headers are set
function M.prepare(app, ctx)
  local crypto = app.ports.crypto
  local nonce = ctx.request:cookie(COOKIE)
  if not nonce or not nonce:find("^[%w_-]+$") or #nonce ~= 32 then
    nonce = crypto.base64url(crypto.random(24))
    ctx.headers = { { "Set-Cookie", ("%s=%s; Path=/login; HttpOnly; SameSite=Lax%s"):format(COOKIE, nonce,
      app.config.cookie_secure and "; Secure" or "") } }
  end
  ctx.login_csrf = crypto.hex(crypto.hmac(app.config.secret_key, "login:" .. nonce))
end

return M
