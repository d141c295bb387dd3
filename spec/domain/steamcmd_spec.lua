-- domain.steamcmd: the two passes and the words for steamcmd's known complaints.
local steamcmd = require "domain.steamcmd"

describe("steamcmd", function()
  it("runs for Windows first and then for Linux", function()
    assert.equal("windows", steamcmd.passes[1].platform)
    assert.equal("linux", steamcmd.passes[2].platform)
    assert.equal("/opt/steamcmd.sh +@sSteamCmdForcePlatformType linux +force_install_dir /srv/game "
      .. "+login anonymous +app_update 222860 validate +quit",
      table.concat(steamcmd.argv("/opt/steamcmd.sh", "linux", "/srv/game"), " "))
  end)

  it("has a sentence for each complaint it is known for", function()
    assert.matches("licence",
      steamcmd.complaint "ERROR! Failed to install app '222860' (Invalid platform)")
    assert.matches("again",
      steamcmd.complaint "ERROR! Failed to install app '222860' (Missing configuration)")
    assert.matches("disk is full",
      steamcmd.complaint "Error! App '222860' state is 0x202 after update job.")
    assert.is_nil(steamcmd.complaint " Update state (0x61) downloading, progress: 12.5 (1 / 8)")
  end)

  it("tells a failed update from a finished one, whatever the exit code says", function()
    assert.is_true(steamcmd.failed "ERROR! Failed to install app '222860' (Invalid platform)")
    assert.is_true(steamcmd.failed "Error! App '222860' state is 0x602 after update job.")
    assert.is_false(steamcmd.failed "Loading Steam API...OK")
    assert.is_true(steamcmd.succeeded "Success! App '222860' fully installed.")
    assert.is_false(steamcmd.succeeded "Success! App '4' fully installed.")
  end)
end)
