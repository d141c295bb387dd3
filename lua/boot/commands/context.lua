-- What the admin commands share: services that act for the person at the machine, passwords, tables of text.
local errors = require "base.errors"
local ports = require "boot.ports"
local runtime = require "host.runtime"
local text = require "base.text"

local M = {}

--- Who acts: the person at the machine, who could read the database anyway.
M.ACTOR = { username = "command line", admin = true, door = "cli" }

--- Print a line.
function M.say(format, ...)
  runtime.write(1, (select("#", ...) > 0 and format:format(...) or format) .. "\n")
end

--- The configuration, or the error that ends the command with exit 2.
-- @param values table the command's options
-- @return table|nil config
-- @return table|nil err
function M.config(values)
  return ports.config { root = values.root }
end

--- Run fn(services, ports) on the database of the configuration.
-- @param values table the command's options
-- @param fn function → exit code|nil, err
-- @return what fn returned; nil, message when the database cannot be used
function M.with_services(values, fn)
  local config, err = M.config(values)
  if not config then return nil, err end
  local d, message = require("boot.database").open(config)
  if not d then return nil, message end
  local joined
  joined, message = ports.join(config, d)
  if not joined then return nil, message end
  local result = table.pack(fn(require("services").new(joined), joined))
  require("store.db").close(d)
  return table.unpack(result, 1, result.n)
end

--- Call an action as the person at the machine, or as a user.
-- @param services table
-- @param name string of the action
-- @param raw table
-- @param actor table|nil
-- @return value|nil
-- @return table|nil err
function M.call(services, name, raw, actor)
  return require("actions").call({ actor = actor or M.ACTOR, services = services }, name, raw)
end

-- bash puts the echo of the terminal back also when it is interrupted.
local function ask_hidden(prompt)
  local pipe = assert(io.popen(([[bash -c 'IFS= read -rs -p "%s: " word </dev/tty && printf "%%s" "$word"; echo >&2']])
    :format(prompt), "r"))
  local answer = pipe:read("a")
  pipe:close()
  return answer
end

--- A new password: LEFT4ME_ADMIN_PASSWORD, or from the terminal (twice, unseen), or a line of standard input.
-- @return string|nil password
-- @return table|nil err
function M.new_password()
  local given = runtime.getenv "LEFT4ME_ADMIN_PASSWORD"
  if given and given ~= "" then return given end
  if not runtime.isatty(0) then
    local line = io.read("l")
    if line and line ~= "" then return line end
    return nil, errors.common.invalid {
      text = "No password: set LEFT4ME_ADMIN_PASSWORD, or run this on a terminal.",
    }
  end
  local password = ask_hidden "Password"
  if ask_hidden "Again" ~= password then
    return nil, errors.common.invalid { text = "The two passwords differ." }
  end
  return password
end

--- Print rows in columns; what is in them stays on its line.
-- @param heads table list of column names
-- @param rows table list of lists of values
function M.columns(heads, rows)
  local all, widths = { heads }, {}
  table.move(rows, 1, #rows, 2, all)
  for _, row in ipairs(all) do
    for i = 1, #heads do
      row[i] = text.printable(tostring(row[i]))
      widths[i] = math.max(widths[i] or 0, utf8.len(row[i]))
    end
  end
  for _, row in ipairs(all) do
    local out = {}
    for i = 1, #heads do out[i] = row[i] .. (" "):rep(widths[i] - utf8.len(row[i])) end
    M.say("%s", (table.concat(out, "  "):gsub("%s+$", "")))
  end
end

--- A time for a table.
-- @param ms integer|nil unix ms
-- @return string
function M.time(ms)
  return ms and os.date("!%Y-%m-%d %H:%M", ms // 1000) .. " UTC" or "never"
end

--- Every object of a list action, page by page.
-- @param list function(options) → list with next
-- @return table list
function M.all(list)
  local out, after = {}, 0
  repeat
    local page = list { limit = 200, after = after }
    table.move(page, 1, #page, #out + 1, out)
    after = page.next
  until not after
  return out
end

return M
