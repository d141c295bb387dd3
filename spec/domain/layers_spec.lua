-- Specs of domain.layers: what is seen of directories laid over each other.
local layers = require "domain.layers"

local DIR, OPAQUE, FILE = { type = "directory" }, { type = "directory", opaque = true }, { type = "file" }
local WHITEOUT, LINK = { type = "whiteout" }, { type = "symlink" }

describe("domain.layers", function()
  describe("resolve", function()
    local cases = {
      { "the root is made of all layers", { {}, {}, {} }, 0, { 1, 2, 3 } },
      { "no layer at all has an empty root", {}, 0, {} },
      { "a directory is made of the layers that have it", { { DIR }, {}, { DIR } }, 1, { 1, 3 } },
      { "nobody has it", { {}, {} }, 1, nil },
      { "an opaque one hides those below", { { DIR }, { OPAQUE }, { DIR } }, 1, { 1, 2 } },
      { "a whiteout hides those below", { {}, { WHITEOUT }, { DIR } }, 1, nil },
      { "a whiteout below a directory ends it", { { DIR }, { WHITEOUT }, { DIR } }, 1, { 1 } },
      { "a file above directories is what is there", { {}, { FILE }, { DIR } }, 1, nil, 2 },
      { "a file below a directory ends it", { { DIR }, { FILE }, { DIR } }, 1, { 1 } },
      { "a link is no way", { { LINK }, { DIR, DIR } }, 2, nil },
      { "… but there, at the end", { { LINK }, { DIR } }, 1, nil, 1 },
      { "what is hidden above stays so deeper down", { { DIR }, { OPAQUE, DIR }, { DIR, DIR } }, 2, { 2 } },
      { "a layer may come in again only where its parent is seen", { { OPAQUE }, { DIR, DIR } }, 2, nil },
      { "deep down two layers are left", { { DIR, DIR, DIR }, { DIR, OPAQUE, DIR }, { DIR, DIR, DIR } }, 3, { 1, 2 } },
      { "a file deep down", { { DIR, DIR }, { DIR, DIR, FILE } }, 3, nil, 2 },
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        local parts, instead = layers.resolve(case[2], case[3])
        assert.same({ case[4], case[5] }, { parts, instead })
      end)
    end
  end)

  describe("merge", function()
    local function listing(layer, text)
      local entries, types = {}, { d = "directory", f = "file", w = "whiteout", l = "symlink" }
      for name, kind in text:gmatch "([^ :]+):(%a+)" do
        entries[#entries + 1] = { name = name, type = types[kind] }
      end
      return { layer = layer, entries = entries }
    end
    local function merged(...)
      local out = {}
      for i, one in ipairs(layers.merge { ... }) do
        out[i] = ("%s:%s:%d:%d"):format(one.name, one.type:sub(1, 1), one.layer, one.covers)
      end
      return table.concat(out, " ")
    end

    it("has the highest layer's entry, and counts those it covers", function()
      assert.equal("a:f:1:2 b:f:3:0 c:s:3:1",
        merged(listing(1, "a:f"), listing(3, "a:f b:f c:l"), listing(4, "c:f a:f")))
    end)

    it("shows nothing of a whiteout and what is below it", function()
      assert.equal("b:f:2:0", merged(listing(1, "a:w"), listing(2, "a:f b:f"), listing(3, "a:f")))
      assert.equal("a:f:1:1", merged(listing(1, "a:f"), listing(2, "a:f"), listing(3, "a:w"), listing(4, "a:f")))
    end)

    it("has directories first, then names whatever their case", function()
      assert.equal("B:d:1:0 c:d:2:0 a:f:2:0 A1:f:1:0 b:f:1:0",
        merged(listing(1, "A1:f b:f B:d"), listing(2, "c:d a:f")))
    end)

    it("of nothing is nothing", function()
      assert.equal("", merged())
      assert.equal("", merged(listing(1, ""), listing(2, "")))
    end)
  end)
end)
