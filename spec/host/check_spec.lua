-- left4me check on a booted host: one thing is broken at a time, and what it says mends it.
local installed = require "spec.support.installed"

local must, sh = installed.must, installed.sh
local UNITS = "/usr/local/lib/systemd/system"

-- Each: what is done to the host, what is then wrong, how it says to mend it. What it says is done, unless the fourth
-- is done instead, because it speaks to people.
local CASES = {
  { "systemctl stop left4me-web.service", "the service does not run %(inactive%)", "^`systemctl restart left4me%-web",
    "systemctl start left4me-web.service" },
  { "systemctl --quiet disable left4me-web.service", "the service does not start with this machine",
    "^systemctl enable left4me%-web.service$" },
  { "systemctl stop left4me-workshop-refresh.timer", "Workshop refresh does not run", "^`systemctl restart",
    "systemctl restart left4me-workshop-refresh.timer" },
  { "systemctl --quiet mask left4me-purge@.service", "left4me%-purge@.service is masked",
    "^systemctl unmask left4me%-purge@.service$" },
  { "echo '# x' >>" .. UNITS .. "/build-overlay@.service", "build%-overlay@.service is not this version's",
    "^`deploy/install`", "deploy/install" },
  { "rm " .. UNITS .. "/l4d2-build.slice", "l4d2%-build.slice is missing", "^deploy/install$" },
  { "touch " .. UNITS .. "/left4me-web.service", "left4me%-web.service in memory as it was before",
    "^systemctl daemon%-reload$" },
  { "cp " .. UNITS .. "/left4me-stage@.service /etc/systemd/system && systemctl daemon-reload",
    "/etc/systemd/system/left4me%-stage@.service stands in for", "^rm /etc/systemd/system/left4me%-stage@" },
  { "mkdir /etc/systemd/system/left4me-server@.service.d && printf '[Service]\\nProtectHome=no\\n' "
    .. ">/etc/systemd/system/left4me-server@.service.d/mine.conf && systemctl daemon-reload",
    "mine.conf changes ProtectHome= of left4me%-server@", "^remove that line",
    "rm -r /etc/systemd/system/left4me-server@.service.d && systemctl daemon-reload" },
  { "rm /etc/polkit-1/rules.d/50-left4me.rules", "50%-left4me.rules is missing", "^deploy/install$" },
  { "systemctl --quiet mask polkit", "polkit is missing or masked", "systemctl unmask polkit",
    "systemctl --quiet unmask polkit" },
  { "gpasswd --add left4me systemd-journal >/dev/null", "left4me is in the group systemd%-journal",
    "^gpasswd %-%-delete left4me systemd%-journal$" },
  { "usermod --shell /bin/bash left4me", "left4me can log in", "^usermod %-%-shell /usr/sbin/nologin left4me$" },
  { "chmod 0755 /var/lib/left4me/overlays", "overlays must belong to left4me:left4me with mode 0750",
    "^systemd%-tmpfiles %-%-create" },
  { "chown left4me /run/left4me/builds", "/run/left4me/builds must belong to root:root",
    "^systemd%-tmpfiles %-%-create" },
  { "chmod 0644 /etc/left4me/web.env", "web.env must be readable by root and left4me only", "chmod 0640" },
  { "chown root:root /etc/left4me/host.env", "host.env must be readable", "^chown root:left4me" },
  { "sed -i.kept /^SECRET_KEY/d /etc/left4me/web.env", "SECRET_KEY is not set", "`deploy/install` makes one",
    "cd /etc/left4me && cat web.env.kept >web.env && rm web.env.kept" },
  { "sed -i.kept s/^SECRET_KEY=.*/SECRET_KEY=short/ /etc/left4me/web.env",
    "SECRET_KEY must have at least 32", "^correct it",
    "cd /etc/left4me && cat web.env.kept >web.env && rm web.env.kept" },
  { "sed -i.kept s/^name.*/nameserver\\ 127.0.0.53/ /etc/left4me/sandbox-resolv.conf",
    "name server 127.0.0.53", "public",
    "cd /etc/left4me && mv sandbox-resolv.conf.kept sandbox-resolv.conf" },
  { "mv /etc/left4me/sandbox-resolv.conf /root/", "sandbox%-resolv.conf is missing", "^deploy/install$",
    "mv /root/sandbox-resolv.conf /etc/left4me/" },
}

-- What is wrong → how to mend it.
local function wrong()
  local out = {}
  local said = sh("left4me check").stdout
  for text, rest in said:gmatch "WRONG ([^\n]*)\n([^\n]*)" do out[text] = rest:match "to mend it: (.*)" or "" end
  return out
end

describe("left4me check", function()
  local before

  setup(function() before = wrong() end)

  local function new()
    local out = {}
    for text, mend in pairs(wrong()) do
      if before[text] == nil then out[#out + 1] = { text = text, mend = mend } end
    end
    return out
  end

  -- The game, steamcmd, the container's control groups and kernel values: nothing else is amiss from the start.
  it("has nothing to say against an installed host but what its container cannot do", function()
    for text in pairs(before) do
      assert(text:find "control groups" or text:find "max_user_instances" or text:find "steamcmd"
        or text:find "dedicated server", text)
    end
  end)

  for _, case in ipairs(CASES) do
    it("finds that " .. case[2]:gsub("%%", "") .. ", and its way to mend it works", function()
      must(case[1])
      local found = new()
      must(case[4] or found[1] and found[1].mend or "true")
      assert.equal(1, #found, case[1])
      assert.matches(case[2], found[1].text)
      assert.matches(case[3], found[1].mend)
      assert.same({}, new())
      installed.eventually("the service", installed.healthy)
    end)
  end

  it("says the same to left4me, but for what only root may see", function()
    local result = sh "cd / && runuser -u left4me -- left4me check"
    local count = 0
    for text in result.stdout:gmatch "WRONG ([^\n]*)" do
      count = count + 1
      assert.is_not_nil(before[text], text)
    end
    for _ in pairs(before) do count = count - 1 end
    assert.equal(0, count)
    assert.matches("note  Only root can look at polkit's rules", result.stdout)
  end)

  it("is right that the daily refresh works", function()
    must "systemctl start left4me-workshop-refresh.service"
    assert.matches("There are no Workshop items to refresh%.",
      must "journalctl --sync; journalctl -b -o cat -u left4me-workshop-refresh.service")
  end)

  it("exits 1 when something is wrong", function()
    must "chmod 0644 /etc/left4me/host.env"
    local code = sh("left4me check").code
    must "chmod 0640 /etc/left4me/host.env"
    assert.equal(1, code)
  end)
end)
