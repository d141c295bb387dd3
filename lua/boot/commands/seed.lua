-- `left4me seed-script-overlays DIR`: every *.sh becomes or updates a system-wide script overlay.
local context = require "boot.commands.context"
local fs = require "host.fs"

local MAX_SCRIPT = 262144

local function scripts_of(path)
  if path:sub(1, 1) ~= "/" then path = require("boot.ports").directory() .. "/" .. path end
  local root, message = fs.root(path)
  if not root then return nil, message end
  local out = {}
  for _, entry in ipairs(assert(root:list("."))) do
    local name = entry.name:match("^(.+)%.sh$")
    if name then
      local script
      script, message = root:read(entry.name, MAX_SCRIPT)
      if not script then return nil, message end
      out[#out + 1] = { name = name, script = (script:gsub("\r\n", "\n")) }
    end
  end
  root:close()
  return out
end

-- → what was done, in a word
local function seed(services, store, one)
  local overlay = store.overlays:system_wide(one.name)
  if not overlay then
    local made, err = context.call(services, "overlay.create",
      { name = one.name, type = "script", script = one.script, system_wide = true })
    return made and "created", err
  end
  if overlay.script == one.script then return "unchanged" end
  local job, err = context.call(services, "overlay.save_script", { id = overlay.id, script = one.script })
  return job and "updated", err
end

local function run(values)
  local scripts, message = scripts_of(values.dir)
  if not scripts then return nil, message end
  return context.with_services(values, function(services, ports)
    for _, one in ipairs(scripts) do
      local done, err = seed(services, ports.store, one)
      if not done then return nil, err end
      context.say("%s: %s", one.name, done)
    end
    return 0
  end)
end

return {
  {
    name = "seed-script-overlays", summary = "Make or update system-wide script overlays from a folder of scripts",
    args = { { name = "DIR", help = "Every *.sh in it becomes an overlay named after the file" } },
    run = run,
  },
}
