-- How long a refusal takes for a user there is and for one there is not: the median must tell nobody which is which.
local database = require "spec.support.database"
local measure = require "spec.bench.measure"
local support = require "spec.support.app"

local TRIES <const> = 200

return function()
  local app = support.new { db = database.open(), crypto = require "host.crypto" }
  local addresses = 0
  -- Each try from an address and at a time of its own: the rate limit is not what is measured.
  local function try(name)
    return function()
      addresses = addresses + 1
      app.clock.ms = app.clock.ms + 10000
      local user, err = app.services.auth:login(name, "not the password", "192.0.2." .. addresses)
      assert(not user and err.status == 401)
    end
  end
  try("nobody")() -- makes what unknown users are compared with
  local known, unknown = measure.alternate(TRIES, try "bob", try "nobody")
  return { { name = "login refused: unknown user beside a known one, 200 tries each", ours = measure.spread(unknown),
    limit = measure.spread(known), aim = "within 5 %",
    ratio = measure.ratio(measure.percentile(unknown, 50), measure.percentile(known, 50)) } }
end
