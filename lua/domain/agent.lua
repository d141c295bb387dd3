-- What a browser says it is, shortened to two names a person knows: the browser and the system.
local M = {}

-- In this order: nearly all of them say "Mozilla", and most say "Chrome" and "Safari" too.
local BROWSERS = {
  { "Edg", "Edge" }, { "OPR/", "Opera" }, { "SamsungBrowser", "Samsung Internet" },
  { "Vivaldi", "Vivaldi" }, { "FxiOS", "Firefox" }, { "Firefox", "Firefox" }, { "CriOS", "Chrome" },
  { "Chromium", "Chromium" }, { "Chrome", "Chrome" }, { "Safari", "Safari" }, { "curl", "curl" }, { "Wget", "wget" },
}
local SYSTEMS = {
  { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Android", "Android" }, { "Windows", "Windows" },
  { "Macintosh", "macOS" }, { "CrOS", "ChromeOS" }, { "Linux", "Linux" }, { "FreeBSD", "FreeBSD" },
}

local function first(names, said)
  for _, name in ipairs(names) do
    if said:find(name[1], 1, true) then return name[2] end
  end
  return ""
end

--- The names in a User-Agent header.
-- @param said any the header
-- @return string browser, "" when it is none we know
-- @return string system, likewise
function M.names(said)
  if type(said) ~= "string" then return "", "" end
  return first(BROWSERS, said), first(SYSTEMS, said)
end

return M
