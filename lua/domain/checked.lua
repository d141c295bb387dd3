-- What `left4me check --keep` left, read as hostile input: what was found, and what folders take.
local phrase = require "base.phrase"
local text = require "base.text"

require "domain.findings" -- which a record may have

local M = {}

--- The folders of the state directory that are measured.
M.FOLDERS = { "installation", "overlays", "runtime", "logs" }

local MAX_MS = 253402300799999 -- the end of the year 9999
local MAX_FINDINGS, MAX_TEXT, MAX_PACKED, MAX_VERSION = 500, 1000, 2000, 50
local KINDS = { [true] = true, [false] = true, note = true }

local function whole(value, high)
  return math.type(value) == "integer" and value >= 0 and value <= high and value or nil
end

local function shown(value, characters)
  return type(value) == "string" and text.shorten(text.visible(text.printable(value)), characters) or nil
end

local function unpacked(value)
  local found = type(value) == "string" and #value <= MAX_PACKED and phrase.unpack(value) or nil
  return found and found.key:find("^findings%.") and not text.problem(found.text) and found or nil
end

-- The phrases are behind a finding and not in it: what shows all of it has the English alone. They are there together:
-- without its remedy a mend is a command.
local function finding(raw)
  local english = type(raw) == "table" and shown(raw.text, MAX_TEXT)
  if not english or not KINDS[raw.ok] then return nil end
  local found = { ok = raw.ok, text = english, mend = shown(raw.mend, MAX_TEXT) }
  local said, remedy = unpacked(raw.said), unpacked(raw.remedy)
  if not said or raw.remedy ~= nil and not remedy then return found end
  return setmetatable(found, { __index = { said = said, remedy = remedy } })
end

local function findings(raw)
  if type(raw) ~= "table" then return nil end
  local out = {}
  for i = 1, math.min(#raw, MAX_FINDINGS) do out[#out + 1] = finding(raw[i]) end
  return out
end

local function sizes(raw)
  local out = {}
  for _, folder in ipairs(M.FOLDERS) do
    out[folder] = type(raw) == "table" and whole(raw[folder], math.maxinteger) or nil
  end
  return out
end

local function looked(raw)
  local at = type(raw) == "table" and whole(raw.at, MAX_MS)
  local found = at and findings(raw.findings)
  return found and { at = at, findings = found } or nil
end

--- Read a record.
-- @param raw any
-- @return table|nil {at=unix ms, findings=list of {ok=true|false|"note", text=English, mend=|nil English},
--   host=|nil {at=, findings=}, disk={folder=bytes}, systemd=version|nil}; nil when it is none. Behind a finding that
--   is known are its text as the phrase `said`, and its mend as the phrase `remedy` unless that is a command
function M.record(raw)
  local record = looked(raw)
  if not record then return nil end
  record.host, record.disk, record.systemd = looked(raw.host), sizes(raw.disk), shown(raw.systemd, MAX_VERSION)
  return record
end

return M
