-- host.edit where no terminal is needed; spec/boot/console_spec drives it on one.
local edit = require "host.edit"
local descriptors = require "spec.support.descriptors"
local lfs = require "lfs"

describe("host.edit", function()
  it("takes known options only", function()
    assert.has_error(function() edit.new { promt = "> " } end, "unknown option 'promt'")
    assert.has_error(function() edit.new {} end, "option 'prompt' must be a string")
    assert.has_error(function() edit.new() end)
  end)

  it("closes twice, and is closed afterwards", function()
    local editor = assert(edit.new { prompt = "> " })
    editor:close()
    editor:close()
    assert.has_error(function() editor:read() end, "closed host.edit")
    assert.has_error(function() editor:complete(print) end, "closed host.edit")
  end)

  it("keeps the history in a file for its owner only", function()
    local path = os.tmpname()
    os.remove(path)
    edit.new({ prompt = "> ", history_file = path }):close()
    assert.equal("rw-------", lfs.attributes(path, "permissions"))
    os.remove(path)
  end)

  it("lives without a history that cannot be kept", function()
    edit.new({ prompt = "> ", history_file = "/nowhere/history" }):close()
  end)

  it("leaves nothing open when an allocation fails", function()
    edit.new({ prompt = "> " }):close()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local editor <close> = assert(require("host.edit").new { prompt = "> " })
      editor:complete(function() return {} end)
    ]]
    assert.equal(before, descriptors.count())
  end)
end)
