-- Errors are named once, with their HTTP status, exit code and sentence; everyone else passes them on.
--
-- An err is {code=, status=, exit=, text=English, key= of the pages' catalogue, params=, fields={name = English},
-- problems={name = phrase}, detail=, headers=}. fields and problems say the same: of fields, what is wrong with them.
local phrase = require "base.phrase"

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

local OPTIONS = { fields = true, params = true, detail = true, text = true, headers = true }

local function in_english(problems)
  local fields = {}
  for name, problem in pairs(problems) do
    assert(phrase.is(problem), "what is wrong with a field is a phrase")
    fields[name] = tostring(problem)
  end
  return fields
end

local function construct(full, entry, options)
  options = options or {}
  for key in pairs(options) do assert(OPTIONS[key], "unknown error option: " .. tostring(key)) end
  local err = {
    code = entry.code or full, status = entry.status, exit = entry.exit or 1, params = options.params,
    detail = options.detail, headers = options.headers, problems = options.fields,
    fields = options.fields and in_english(options.fields),
  }
  if options.text then err.text = options.text
  else err.key, err.text = "errors." .. full, phrase.fill(entry.text, options.params) end
  return setmetatable(err, Error)
end

--- Name the errors of one source. An entry's text may have {placeholders}. An entry with a code is told to programs as
-- that one: it says the same to them, and more to people. Texts for the terminal alone may be given with text=.
-- @param source string prefix of the codes, e.g. "server"
-- @param entries table name → {status=, text=, exit=1, code=}
-- @return table name → function{fields={name = phrase},params=,detail=,text=,headers=} → err; an unknown name raises
function M.registry(source, entries)
  local constructors, english = {}, phrase.english "errors"
  for name, entry in pairs(entries) do
    local full = source .. "." .. name
    assert(entry.status and entry.text, full .. " needs a status and a text")
    english[full] = entry.text
    constructors[name] = function(options) return construct(full, entry, options) end
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
