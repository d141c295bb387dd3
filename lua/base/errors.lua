-- Errors are named once, with their HTTP status, exit code and sentence; everyone else passes them on.
local M = {}

local Error = { __name = "left4me.error" }
Error.__index = Error

function Error.__tostring(err)
  local names = {}
  for name in pairs(err.fields or {}) do names[#names + 1] = name end
  if #names == 0 then return err.text end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. " " .. err.fields[name] end
  return ("%s %s."):format(err.text, table.concat(names, "; "))
end

local OPTIONS = { fields = true, detail = true, text = true, headers = true }

local function construct(source, name, entry, options)
  local err = {
    code = source .. "." .. name, status = entry.status, exit = entry.exit or 1, text = entry.text,
  }
  for key, value in pairs(options or {}) do
    assert(OPTIONS[key], "unknown error option: " .. tostring(key))
    err[key] = value
  end
  return setmetatable(err, Error)
end

--- Name the errors of one source.
-- @param source string prefix of the codes, e.g. "server"
-- @param entries table name → {status=, text=, exit=1}
-- @return table name → function{fields=,detail=,text=,headers=} → err; an unknown name raises
function M.registry(source, entries)
  local constructors = {}
  for name, entry in pairs(entries) do
    assert(entry.status and entry.text, source .. "." .. name .. " needs a status and a text")
    constructors[name] = function(options) return construct(source, name, entry, options) end
  end
  return setmetatable(constructors, {
    __index = function(_, name) error("no error named " .. source .. "." .. tostring(name), 2) end,
  })
end

--- Whether a value was made by a registry.
-- @return boolean
function M.is(value)
  return getmetatable(value) == Error
end

M.common = M.registry("common", {
  invalid = { status = 422, exit = 2, text = "Some values cannot be used." },
  malformed = { status = 400, exit = 2, text = "This request cannot be understood." },
  unauthenticated = { status = 401, text = "Please log in." },
  forbidden = { status = 403, text = "You are not allowed to do this." },
  not_found = { status = 404, text = "There is nothing here." },
  conflict = { status = 409, text = "This cannot be done now." },
  too_many = { status = 429, text = "Too many attempts. Please wait a little." },
  unavailable = { status = 503, text = "The service is busy. Please try again in a moment." },
  storage_full = { status = 507, text = "The disk is full. Nothing was changed; free some space and try again." },
  internal = { status = 500, text = "Something went wrong. The log of the service says more." },
})

-- Result codes of SQLite: https://www.sqlite.org/rescode.html
local DATABASE = {
  SQLITE_FULL = "storage_full", SQLITE_BUSY = "unavailable", SQLITE_LOCKED = "unavailable",
  SQLITE_IOERR = "unavailable", SQLITE_READONLY = "unavailable", SQLITE_CANTOPEN = "unavailable",
}

--- The error to show for something raised by the database; other values are not ours to hide.
-- @param raised any what was raised, e.g. {code="SQLITE_FULL"}
-- @return table|nil err
function M.from_database(raised)
  local code = type(raised) == "table" and type(raised.code) == "string" and raised.code or ""
  local name = DATABASE[code] or DATABASE[code:match("^SQLITE_%u+") or ""]
  return name and M.common[name] { detail = tostring(raised) } or nil
end

return M
