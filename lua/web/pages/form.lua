-- What pages with forms share: the form's fields for an action, and calling it.
local actions = require "actions"
local response = require "web.response"
local validate = require "base.validate"

local M = {}

--- The arguments of an action out of the posted form; fields of other names (csrf, buttons) are left out.
-- @param ctx table of the request
-- @param name string of the action
-- @param extra table|nil values a page has put together itself
function M.arguments(ctx, name, extra)
  local record, raw = actions.get(name), {}
  for _, field in ipairs(record.args) do raw[field.name] = ctx.form[field.name] end
  raw = validate.from_form(record.args, raw)
  for key, value in pairs(extra or {}) do raw[key] = value end
  if ctx.params.id then raw.id = ctx.params.id end
  return raw
end

--- Call an action with the posted form.
-- @return value|nil
-- @return table|nil err
function M.call(ctx, name, extra)
  return actions.call({ actor = ctx.actor, services = ctx.services }, name, M.arguments(ctx, name, extra))
end

--- Read through an action: no form, only what is given.
function M.read(ctx, name, raw)
  return actions.call({ actor = ctx.actor, services = ctx.services }, name, raw)
end

--- A handler that calls an action and goes to a page, or shows the error.
-- @param name string of the action
-- @param target function(ctx, value) → path
function M.then_go(name, target)
  return function(_, ctx)
    local value, err = M.call(ctx, name)
    if value == nil then return nil, err end
    return response.redirect(target(ctx, value))
  end
end

--- The paging options of a list out of the query.
function M.page(ctx)
  local after = ctx.request.query.after or ""
  return { limit = 50, after = after:find("^%d+$") and math.tointeger(tonumber(after)) or 0 }
end

return M
