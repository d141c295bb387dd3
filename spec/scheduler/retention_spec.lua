-- Specs of scheduler.retention: the newest logs stay, whatever jobs there were; a running job's log always does.
local retentions = require "scheduler.retention"
local support = require "spec.support.scheduler"

describe("Retention of job logs", function()
  local host
  before_each(function() host = support.new() end)
  after_each(function() host:close() end)

  local function write(...)
    for _, id in ipairs { ... } do host.ports.root:write(("logs/jobs/%d.log"):format(id), "1 O x\n") end
  end

  local function there()
    local names = {}
    for _, entry in ipairs(host.ports.root:list "logs/jobs") do names[#names + 1] = (entry.name:gsub("%.log$", "")) end
    table.sort(names, function(a, b) return (tonumber(a) or 0) < (tonumber(b) or 0) end)
    return table.concat(names, " ")
  end

  it("removes the oldest as soon as there is one too many, however far apart their ids are", function()
    local retention = retentions.new(host.ports.root, 3)
    for _, id in ipairs { 2, 40, 41, 900 } do
      write(id)
      retention:finished(id)
    end
    assert.equal("40 41 900", there())
  end)

  it("removes the oldest when too much is in them, be they few", function()
    local retention = retentions.new(host.ports.root, 100, 1000)
    for id = 1, 4 do
      host.ports.root:write(("logs/jobs/%d.log"):format(id), ("x"):rep(400))
      retention:finished(id)
    end
    assert.equal("3 4", there())
    host.ports.root:write("logs/jobs/5.log", ("x"):rep(900))
    local anew = retentions.new(host.ports.root, 100, 1000)
    assert.equal(2, anew:sweep())
    assert.equal("5", there())
    write(6)
    anew:finished(6)
    assert.equal("5 6", there())
  end)

  it("never touches the log of a job that runs, however many end meanwhile", function()
    local retention = retentions.new(host.ports.root, 2)
    write(1)
    for id = 2, 10 do
      write(id)
      retention:finished(id)
    end
    assert.equal("1 9 10", there())
    retention:finished(1)
    assert.equal("1 10", there())
  end)

  it("sweeps at the start what a lower limit or a crash left too many, and goes on from there", function()
    write(1, 2, 3, 10, 20, 100)
    host.ports.root:write("logs/jobs/notes.txt", "an admin's")
    local retention = retentions.new(host.ports.root, 4)
    assert.equal(2, retention:sweep())
    assert.equal("notes.txt 3 10 20 100", there())
    write(101)
    retention:finished(101)
    assert.equal("notes.txt 10 20 100 101", there())
  end)

  it("sweeps a folder of more files than one look lists, and keeps the newest", function()
    local list = host.ports.root.list
    local root = setmetatable({ list = function(_, path) return list(host.ports.root, path, 5) end }, {
      __index = function(_, name)
        return function(_, ...) return host.ports.root[name](host.ports.root, ...) end
      end,
    })
    for id = 1, 30 do write(id) end
    assert.equal(28, retentions.new(root, 2):sweep())
    assert.equal("29 30", there())
  end)

  it("is content with a folder that is not there", function()
    host.ports.root:remove_tree "logs"
    assert.equal(0, retentions.new(host.ports.root, 2):sweep())
  end)
end)
