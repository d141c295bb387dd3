-- The two steamcmd runs that install the dedicated server, and what its complaints mean.
local M = {}

local APP = "222860"

--- The runs, in order. The Windows pass first is what makes an anonymous account be let through
-- to the Linux files (a known workaround: Steam otherwise answers "Invalid platform").
M.passes = {
  { platform = "windows", step = "download the game files (Windows platform, pass 1 of 2)" },
  { platform = "linux", step = "download the game files (Linux platform, pass 2 of 2)" },
}

--- The command line of one pass.
-- @param steamcmd string absolute path of steamcmd
-- @param platform string "windows" or "linux"
-- @param installation string absolute directory
-- @return string[]
function M.argv(steamcmd, platform, installation)
  return {
    steamcmd, "+@sSteamCmdForcePlatformType", platform, "+force_install_dir", installation,
    "+login", "anonymous", "+app_update", APP, "validate", "+quit",
  }
end

local complaints = {
  {
    text = "Invalid platform",
    meaning = 'Steam said "Invalid platform": it refused the anonymous licence for this platform. '
      .. "Nothing is wrong here; run `l4d2ctl install` again in a few minutes.",
  },
  {
    text = "Missing configuration",
    meaning = 'Steam said "Missing configuration": it did not hand out the app\'s data yet. '
      .. "Nothing is wrong here; run `l4d2ctl install` again in a few minutes.",
  },
  {
    text = "state is 0x202",
    meaning = "The disk is full (Steam's state 0x202): the server needs about 10 GB. "
      .. "Free some space and run `l4d2ctl install` again; it goes on where it stopped.",
  },
  {
    text = "No subscription",
    meaning = 'Steam said "No subscription": the anonymous account may not load this app now. '
      .. "Run `l4d2ctl install` again later.",
  },
}

--- What a line of steamcmd's output tells a server owner, if it is a known complaint.
-- @param line string
-- @return string|nil
function M.complaint(line)
  for _, known in ipairs(complaints) do
    if line:find(known.text, 1, true) then return known.meaning end
  end
end

--- Whether a line is steamcmd's own word for a failed update; its exit code may still be 0.
-- @param line string
-- @return boolean
function M.failed(line)
  return line:find("^%s*ERROR!") ~= nil or line:find("^%s*Error! App") ~= nil
end

--- Whether a line says that the app is complete.
-- @param line string
-- @return boolean
function M.succeeded(line)
  return line:find("Success! App '" .. APP .. "'", 1, true) ~= nil
end

--- Where the Steam client libraries are looked for below the home directory, and steamcmd's own.
M.links = { sdk32 = "linux32", sdk64 = "linux64" }

return M
