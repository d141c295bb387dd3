-- Who may do what on a production host: users, directories, settings and their secrecy, polkit, the sandbox's resolver.
local envfile = require "base.envfile"
local finding = require "base.finding"

local M = {}

local fine, wrong, note = finding.fine, finding.wrong, finding.note

local TMPFILES = "/usr/local/lib/tmpfiles.d/left4me.conf"
local HOST_ENV, WEB_ENV = "/etc/left4me/host.env", "/etc/left4me/web.env"
local RESOLVER = "/etc/left4me/sandbox-resolv.conf"
local INSTALL = "deploy/install"
local SECRET_LENGTH = 32

-- name → {uid, gid, home, shell, groups}
local function account(look, name)
  local said = look.run("getent", "passwd", name)
  local uid, gid, home, shell = (said or ""):match "^[^:]*:[^:]*:(%d+):(%d+):[^:]*:([^:]*):([^:\n]*)"
  if not uid then return nil end
  return { uid = tonumber(uid), gid = tonumber(gid), home = home, shell = shell,
    groups = look.run("id", "-nG", name) or "" }
end

-- What runs as one of them may be hostile: a game, or a stranger's script.
local function check_account(look, name, home)
  local one = account(look, name)
  if not one then return wrong(("there is no user %s"):format(name), INSTALL) end
  if one.uid == 0 then return wrong(("the user %s is root"):format(name), "give it a number of its own") end
  for group in one.groups:gmatch "%S+" do
    if group ~= name then
      return wrong(("%s is in the group %s, and so is what runs as it"):format(name, group),
        ("gpasswd --delete %s %s"):format(name, group))
    end
  end
  if one.home ~= home then
    return wrong(("the home of %s is %s, not %s"):format(name, one.home, home),
      ("usermod --home %s %s"):format(home, name))
  end
  if not one.shell:find "nologin$" and not one.shell:find "/false$" then
    return wrong(("%s can log in"):format(name), ("usermod --shell /usr/sbin/nologin %s"):format(name))
  end
  return fine(("the user %s is there and cannot log in"):format(name))
end

local function users(look)
  return { check_account(look, "left4me", "/var/lib/left4me"), check_account(look, "l4d2-sandbox", "/") }
end

local function ids_of(look)
  local one = account(look, "left4me")
  return { root = 0, left4me = one and one.uid }, { root = 0, left4me = one and one.gid }
end

-- Each "d PATH MODE USER GROUP" of tmpfiles.d(5), as it was installed.
local function directories(look)
  local uids, gids = ids_of(look)
  local lines = {}
  local mend = "systemd-tmpfiles --create " .. TMPFILES
  for line in (look.read(TMPFILES) or ""):gmatch "[^\n]+" do
    local path, mode, user, group = line:match "^d%s+(/%S+)%s+(%d+)%s+(%S+)%s+(%S+)"
    local stat, _, code
    if path then stat, _, code = look.stat(path) end
    if path and (stat or look.is_root or code ~= "EACCES") then
      if not stat then
        lines[#lines + 1] = wrong(("the directory %s is missing"):format(path), mend)
      elseif stat.type ~= "directory" then
        lines[#lines + 1] = wrong(("%s is a %s, and no link is followed there"):format(path, stat.type),
          ("make it a directory, and mount what should be there: mount --bind OTHER %s"):format(path))
      elseif stat.mode ~= tonumber(mode, 8) or stat.uid ~= uids[user] or stat.gid ~= gids[group] then
        lines[#lines + 1] = wrong(("%s must belong to %s:%s with mode %s"):format(path, user, group, mode), mend)
      end
    end
  end
  if not lines[1] then lines[1] = fine "the directories have their owners and modes" end
  return lines
end

local function settings_file(look, path)
  local _, gids = ids_of(look)
  local stat, _, code = look.stat(path)
  if code == "ENOENT" then return wrong(path .. " is missing", INSTALL) end
  if not stat or stat.type ~= "file" or stat.mode ~= 416 or stat.uid ~= 0 or stat.gid ~= gids.left4me then -- 0640
    return wrong(path .. " must be readable by root and left4me only",
      ("chown root:left4me %s && chmod 0640 %s"):format(path, path))
  end
  return fine(path .. " is there, for root and left4me only")
end

local function secret(look)
  local content = look.read(WEB_ENV)
  if not content then return nil end
  local key = envfile.parse(content).SECRET_KEY
  if not key or key == "" then
    return wrong("SECRET_KEY is not set in " .. WEB_ENV .. ": the service does not start", INSTALL .. " makes one")
  end
  if #key < SECRET_LENGTH then
    return wrong(("SECRET_KEY in %s has %d characters: the service does not start"):format(WEB_ENV, #key),
      "remove its line, and deploy/install makes a new one")
  end
  return fine(("SECRET_KEY has %d characters"):format(#key))
end

local function steamcmd(look)
  local path = envfile.parse(look.read(HOST_ENV) or "").LEFT4ME_STEAMCMD or "steamcmd"
  local stat = path:sub(1, 1) == "/" and look.stat(path)
  if stat and stat.type == "file" and stat.mode & 73 ~= 0 then return fine("steamcmd is at " .. path) end -- 0111
  return wrong(("steamcmd is not at %s: the game cannot be installed or updated"):format(path),
    "\"Install for production\" in README.md says how to get it; LEFT4ME_STEAMCMD in " .. HOST_ENV .. " names it")
end

local PRIVATE = {
  "^0%.", "^10%.", "^127%.", "^169%.254%.", "^192%.168%.", "^172%.1[6-9]%.", "^172%.2%d%.", "^172%.3[01]%.",
  "^100%.6[4-9]%.", "^100%.[7-9]%d%.", "^100%.1[01]%d%.", "^100%.12[0-7]%.", "^::1$", "^f[cd]%x%x:", "^fe[89ab]%x:",
}

local function is_private(address)
  for _, pattern in ipairs(PRIVATE) do
    if address:lower():find(pattern) then return true end
  end
  return false
end

local function resolver(look)
  local content, _, code = look.read(RESOLVER)
  if not content then
    return wrong(code == 2 and RESOLVER .. " is missing: no build can run" or RESOLVER .. " cannot be read",
      code == 2 and INSTALL or "chmod 0644 " .. RESOLVER)
  end
  local public
  for address in ("\n" .. content):gmatch "\n%s*nameserver%s+(%S+)" do
    if is_private(address) then
      return wrong(("builds cannot reach the name server %s, which is a private address"):format(address),
        "put a public one into " .. RESOLVER)
    end
    public = true
  end
  if not public then
    return wrong(RESOLVER .. " names no server: builds find no host", "add a line nameserver ADDRESS to it")
  end
  return fine "builds ask public name servers"
end

local function polkit(look)
  local said = look.run("systemctl", "show", "--property=LoadState", "--value", "polkit.service") or ""
  if said:match "%S+" ~= "loaded" then
    return wrong("polkit is missing or masked: the service may start nothing",
      "apt-get install polkitd; systemctl unmask polkit")
  end
  if not look.is_root then
    return note("Only root can look at polkit's rules: sudo left4me check does.")
  end
  return fine "polkit decides what the service may start"
end

--- @param look table as backends.systemd.look
-- @return table[] lines of `left4me check`
function M.lines(look)
  local lines = users(look)
  for _, line in ipairs(directories(look)) do lines[#lines + 1] = line end
  lines[#lines + 1] = settings_file(look, HOST_ENV)
  lines[#lines + 1] = settings_file(look, WEB_ENV)
  lines[#lines + 1] = secret(look)
  lines[#lines + 1] = resolver(look)
  lines[#lines + 1] = polkit(look)
  lines[#lines + 1] = steamcmd(look)
  return lines
end

return M
