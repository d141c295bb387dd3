-- Specs of boot.directory: making the state directory, and the key that signs sessions.
local crypto = require "host.crypto"
local directory = require "boot.directory"
local fs = require "host.fs"
local service = require "spec.support.service"

describe("boot.directory", function()
  local base, config
  before_each(function()
    base = service.temporary_directory()
    config = { root = base .. "/a/b", backend = "standalone" }
  end)
  after_each(function() os.execute("rm -rf -- '" .. base .. "'") end)

  it("makes everything once, for its owner and group only, and changes nothing the second time", function()
    local root = assert(directory.prepare(config))
    for _, folder in ipairs(directory.FOLDERS) do
      local stat = assert(root:stat(folder))
      assert.same({ "directory", 0 }, { stat.type, stat.mode & 7 })
    end
    assert(root:chmod("overlays", 493))
    assert(directory.prepare(config))
    assert.equal(493, root:stat("overlays").mode)
  end)

  it("says how to make it when it is not there, and what is in the way of making it", function()
    local root, message = directory.open(config)
    assert.is_nil(root)
    assert.matches("left4me migrate %-%-root " .. config.root:gsub("%p", "%%%0"), message)
    assert(fs.root(base)):write("a", "a file")
    root, message = directory.prepare(config)
    assert.is_nil(root)
    assert.matches("cannot make the state directory", message)
  end)

  describe("the key", function()
    local root
    before_each(function() root = assert(directory.prepare(config)) end)

    it("is made once, for its owner's eyes only, and kept", function()
      local key = assert(directory.secret_key(config, root, crypto))
      assert.is_true(#key >= 32)
      assert.equal(384, root:stat("secret_key").mode)
      assert.equal(key, directory.secret_key(config, root, crypto))
    end)

    it("is SECRET_KEY when that is given, and nothing is written", function()
      config.secret_key = ("k"):rep(40)
      assert.equal(config.secret_key, directory.secret_key(config, root, crypto))
      assert.is_nil((root:stat("secret_key")))
    end)

    it("must be given in production", function()
      config.backend = "systemd"
      local key, message = directory.secret_key(config, root, crypto)
      assert.is_nil(key)
      assert.matches("^SECRET_KEY", message)
    end)

    it("is refused when the kept one is too short", function()
      assert(root:write("secret_key", "dev\n"))
      local key, message = directory.secret_key(config, root, crypto)
      assert.is_nil(key)
      assert.matches("shorter than 32", message)
    end)
  end)
end)
