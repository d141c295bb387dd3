-- Overlay plans: which layer lies over which.
local overlay = require "domain.overlay"

describe("The overlay of an instance", function()
  it("puts its layers in order over the installation", function()
    assert.same({
      op = "overlay", lower = { "/r/overlays/2", "/r/overlays/a/b", "/r/installation" }, beneath = "/r/overlays",
      upper = "/r/runtime/x/upper", work = "/r/runtime/x/work", to = "/r/runtime/x/merged",
    }, overlay.operation("/r", "x", { layers = { "2", "a/b" } }))
    assert.equal("/elsewhere", overlay.operation("/r", "x", { layers = {} }, "/elsewhere").to)
  end)

  it("has at most 499 overlays, which is said with the number", function()
    local layers = {}
    for i = 1, 499 do layers[i] = tostring(i) end
    assert.equal(500, #overlay.operation("/r", "x", { layers = layers }).lower)
    layers[500] = "500"
    assert.same({ nil, "500 overlays are too many: 499 are the most" },
      { overlay.operation("/r", "x", { layers = layers }) })
  end)
end)
