-- Who may do what on a production host: users, directories, settings and their secrecy, polkit, the sandbox's resolver.
local envfile = require "base.envfile"
local finding = require "base.finding"
local texts = require("domain.findings").access

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
  if not one then return wrong(texts.no_user { name = name }, INSTALL) end
  if one.uid == 0 then return wrong(texts.root_user { name = name }, texts.renumber()) end
  for group in one.groups:gmatch "%S+" do
    if group ~= name then
      return wrong(texts.grouped { name = name, group = group },
        ("gpasswd --delete %s %s"):format(name, group))
    end
  end
  if one.home ~= home then
    return wrong(texts.elsewhere { name = name, now = one.home, home = home },
      ("usermod --home %s %s"):format(home, name))
  end
  if not one.shell:find "nologin$" and not one.shell:find "/false$" then
    return wrong(texts.login { name = name }, ("usermod --shell /usr/sbin/nologin %s"):format(name))
  end
  return fine(texts.user { name = name })
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
        lines[#lines + 1] = wrong(texts.no_directory { path = path }, mend)
      elseif stat.type ~= "directory" then
        lines[#lines + 1] = wrong(texts.not_followed { path = path, type = stat.type },
          texts.mount_there { path = path })
      elseif stat.mode ~= tonumber(mode, 8) or stat.uid ~= uids[user] or stat.gid ~= gids[group] then
        lines[#lines + 1] = wrong(texts.owner { path = path, user = user, group = group, mode = mode }, mend)
      end
    end
  end
  if not lines[1] then lines[1] = fine(texts.directories()) end
  return lines
end

local function settings_file(look, path)
  local _, gids = ids_of(look)
  local stat, _, code = look.stat(path)
  if code == "ENOENT" then return wrong(texts.no_settings { path = path }, INSTALL) end
  if not stat or stat.type ~= "file" or stat.mode ~= 416 or stat.uid ~= 0 or stat.gid ~= gids.left4me then -- 0640
    return wrong(texts.open_settings { path = path },
      ("chown root:left4me %s && chmod 0640 %s"):format(path, path))
  end
  return fine(texts.settings { path = path })
end

local function secret(look)
  local content = look.read(WEB_ENV)
  if not content then return nil end
  local key = envfile.parse(content).SECRET_KEY
  if not key or key == "" then return wrong(texts.no_key { path = WEB_ENV }, texts.make_key()) end
  if #key < SECRET_LENGTH then
    return wrong(texts.short_key { path = WEB_ENV, length = #key }, texts.remake_key())
  end
  return fine(texts.key { length = #key })
end

local function steamcmd(look)
  local path = envfile.parse(look.read(HOST_ENV) or "").LEFT4ME_STEAMCMD or "steamcmd"
  local stat = path:sub(1, 1) == "/" and look.stat(path)
  if stat and stat.type == "file" and stat.mode & 73 ~= 0 then return fine(texts.steamcmd { path = path }) end -- 0111
  return wrong(texts.no_steamcmd { path = path }, texts.get_steamcmd { path = HOST_ENV })
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
  if not content and code == 2 then return wrong(texts.no_resolver { path = RESOLVER }, INSTALL) end -- ENOENT
  if not content then return wrong(texts.closed_resolver { path = RESOLVER }, "chmod 0644 " .. RESOLVER) end
  local public
  for address in ("\n" .. content):gmatch "\n%s*nameserver%s+(%S+)" do
    if is_private(address) then
      return wrong(texts.private_resolver { address = address }, texts.public_address { path = RESOLVER })
    end
    public = true
  end
  if not public then return wrong(texts.empty_resolver { path = RESOLVER }, texts.add_address()) end
  return fine(texts.resolver())
end

local function polkit(look)
  local said = look.run("systemctl", "show", "--property=LoadState", "--value", "polkit.service") or ""
  if said:match "%S+" ~= "loaded" then
    return wrong(texts.no_polkit(), "apt-get install polkitd; systemctl unmask polkit")
  end
  if not look.is_root then return note(texts.unseen_polkit()) end
  return fine(texts.polkit())
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
