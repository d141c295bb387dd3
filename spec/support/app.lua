-- Services on a database in memory, with fakes for everything outside: a clock, bells, files, a backend, jobs.
local crypto = require "host.crypto"
local database = require "spec.support.database"
local errors = require "base.errors"

local M = {}

-- Real randomness and digests, but passwords that cost nothing.
local cheap = setmetatable({
  password_hash = function(password) return "cheap " .. password end,
  password_verify = function(digest, password) return digest == "cheap " .. password end,
}, { __index = crypto })

local function fake_fs(calls)
  local fs = { directories = {} }
  function fs:mkdirs(path)
    if self.broken then return nil, "mkdir: No space left on device", "ENOSPC" end
    calls[#calls + 1] = "mkdirs " .. path
    self.directories[path] = true
    return true
  end
  function fs.usage(_, path) return nil, "usage " .. path .. ": No such file or directory", "ENOENT" end
  function fs.read() return nil end
  function fs.free() return { free_bytes = 40 << 30, total_bytes = 100 << 30 } end
  -- Every directory has one file, "a".
  function fs.sub()
    return setmetatable({ close = function() end, opaque = function() return false end,
      list = function() return { { name = "a", type = "file" } }, false end,
      stat = function(_, name) return name == "a" and { type = "file", size = 1, mtime = 0 } or nil end,
      read = function() return "x" end, sub = fs.sub }, { __close = function() end })
  end
  function fs:stat(path)
    return self.directories[path] and { type = "directory" } or nil
  end
  return fs
end

local function fake_machine()
  return {
    now = function()
      return { memory = { total = 8 << 30, available = 2 << 30 }, resident = 20 << 20, uptime_ms = 7200000,
        service_ms = 3600000 }
    end,
    versions = function() return { left4me = "0.1.0", lua = "Lua 5.4", civetweb = "1.15", kernel = "6.1" } end,
  }
end

local function fake_backend(calls)
  local backend = {}
  function backend:wipe(id, permitted)
    if not permitted() then return nil, "not permitted", "refused" end
    calls[#calls + 1] = "wipe " .. id
    if self.broken then return nil, "bwrap is not installed", "ENOENT" end
    return true
  end
  function backend.discard(_, id)
    calls[#calls + 1] = "discard " .. id
    return true
  end
  function backend.log(_, name) return { kind = "file", path = "/state/logs/servers/" .. name .. "/run.log" } end
  return backend
end

-- Puts rows into the table as the real service does, without its rules.
local function fake_jobs(ports)
  local jobs = {}
  function jobs.enqueue(_, actor, job)
    if ports.jobs_broken then return nil, errors.common.conflict() end
    local _, id = assert(ports.db:run([[INSERT INTO jobs (user_id, operation, server_id, overlay_id, created_at)
      VALUES (?, ?, ?, ?, ?)]], actor.id, job.operation, job.server_id, job.overlay_id, ports.clock.now()))
    return { id = id, operation = job.operation, server_id = job.server_id, overlay_id = job.overlay_id }
  end
  return jobs
end

--- Make everything.
-- @param options {db=connection|nil, crypto=table|nil}|nil
-- @return table {services, ports, calls (what was done outside), rung (topics), closed (topic → text),
--   users={admin, bob, eve} as actors}
function M.new(options)
  options = options or {}
  local calls, rung, closed, log = {}, {}, {}, {}
  local d = options.db or database.open()
  local clock = { ms = 1700000000000 }
  function clock.now() return clock.ms end
  local ports = {
    db = d, store = require("store").new(d), clock = clock, crypto = options.crypto or cheap,
    hub = {
      ring = function(topic) rung[#rung + 1] = topic end,
      close = function(topic, text) closed[topic] = text end,
    },
    config = { root = "/state", secret_key = ("k"):rep(40), port_first = 27015, port_last = 27017 },
    log = require("base.log").new { sink = function(line) log[#log + 1] = line end },
    json = require "host.json", machine = fake_machine(), fs = fake_fs(calls), backend = fake_backend(calls),
  }
  local app = { services = require("services").new(ports), ports = ports, calls = calls, rung = rung,
    closed = closed, log = log, clock = clock, users = {} }
  app.services.jobs = fake_jobs(ports)
  local cli = { admin = true, door = "cli" }
  for _, name in ipairs { "admin", "bob", "eve" } do
    local user = app.services.users:named(name) or assert(app.services.users:create(cli,
      { username = name, password = name .. "'s password", admin = name == "admin" }))
    app.users[name] = { id = user.id, username = name, admin = user.admin, door = "api" }
  end
  for i = #rung, 1, -1 do rung[i] = nil end
  return app
end

--- Whether a topic was rung since the last look; forgets all.
function M.rang(app, topic)
  local found = false
  for i = #app.rung, 1, -1 do
    found = found or app.rung[i] == topic
    app.rung[i] = nil
  end
  return found
end

--- The newest audit entry as "door action object detail".
function M.audited(app)
  local entry = app.ports.store.audit:newest(1)[1]
  return entry and table.concat({ entry.door, entry.action, entry.object, entry.detail }, " ")
end

return M
