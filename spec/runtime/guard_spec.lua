-- host.guard: slices, budgets that cannot be caught, memory, and what is left afterwards.
local guard = require "host.guard"

--- Run a function to its end in slices; returns the last results and the number of slices.
local function run(fn, limits, ...)
  local co = coroutine.create(fn)
  local slices, results = 0, table.pack(guard.resume(co, limits, ...))
  while results[1] == "slice" do
    slices = slices + 1
    results = table.pack(guard.resume(co, limits))
  end
  return results, slices, co
end

describe("host.guard", function()
  it("resumes like coroutine.resume", function()
    local co = coroutine.create(function(...)
      local more = coroutine.yield(select("#", ...), ...)
      return more
    end)
    local limits = {}
    assert.same({ true, 3, 1, nil, 3 }, { guard.resume(co, limits, 1, nil, 3) })
    assert.equal("suspended", coroutine.status(co))
    assert.same({ true, "x" }, { guard.resume(co, limits, "x") })
    assert.equal("dead", coroutine.status(co))
    assert.same({ false, "cannot resume dead coroutine" }, { guard.resume(co, limits) })
  end)

  it("passes errors of any kind through", function()
    local problem = {}
    local results = run(function() error(problem) end, {})
    assert.is_false(results[1])
    assert.equal(problem, results[2])
  end)

  it("hands out slices and goes on where it was", function()
    local results, slices = run(function()
      local sum = 0
      for i = 1, 100000 do sum = sum + i end
      return sum
    end, { slice = 1000 })
    assert.same({ true, 5000050000, n = 2 }, results)
    assert.is_true(slices > 100)
  end)

  it("slices inside pcall, metamethods and iterators", function()
    local results, slices = run(function()
      local t = setmetatable({}, { __index = function(_, k)
        local sum = 0
        for i = 1, k do sum = sum + i end
        return sum
      end })
      local ok, value = pcall(function()
        for _ = 1, 10 do local _ = t[1000] end
        return t[1000]
      end)
      return ok, value
    end, { slice = 500 })
    assert.same({ true, true, 500500, n = 3 }, results)
    assert.is_true(slices > 20)
  end)

  describe("beyond the instructions", function()
    local loops = {
      ["a loop"] = function() while true do end end,
      ["a loop that catches errors"] = function()
        while true do pcall(function() while true do end end) end
      end,
      ["a callback of gsub"] = function()
        string.gsub(("x"):rep(1000), ".",
          function() while true do pcall(function() while true do end end) end end)
      end,
      ["nested callbacks"] = function()
        local function deep(n)
          string.gsub("x", ".", function()
            pcall(function() if n > 0 then deep(n - 1) end while true do end end)
            while true do end
          end)
        end
        deep(50)
      end,
      ["a comparison in sort"] = function()
        table.sort({ 3, 2, 1 }, function() while true do pcall(error) end end)
      end,
      ["a closing variable"] = function()
        local _ <close> = setmetatable({}, { __close = function() while true do end end })
        while true do end
      end,
      ["a closing variable of a failed chunk"] = function()
        local _ <close> = setmetatable({}, { __close = function()
          while true do pcall(function() while true do end end) end
        end })
        error "x"
      end,
      ["a recursion"] = function()
        local function f() return pcall(f) or f() end
        while true do f() end
      end,
    }
    for name, loop in pairs(loops) do
      it("ends " .. name, function()
        local results, _, co = run(loop, { instructions = 1000000 })
        assert.is_false(results[1])
        assert.matches("^stopped: it ", results[2])
        assert.equal("dead", coroutine.status(co))
      end)
    end
  end)

  it("ends what runs for too long by the clock", function()
    local limits = { milliseconds = 50, instructions = 10 ^ 15 // 1, slice = 1000 }
    local co = coroutine.create(function() while true do end end)
    local left, ok, why = limits.milliseconds, guard.resume(co, limits)
    while ok == "slice" do
      assert(limits.milliseconds < left, "a short slice was free")
      left = limits.milliseconds
      ok, why = guard.resume(co, limits)
    end
    assert.same({ false, "stopped: it ran for too long" }, { ok, why })
  end)

  it("is not slow in a deep recursion", function()
    local function work() for _ = 1, 500000 do end return 0 end
    local function deep(n)
      if n > 0 then return 1 + deep(n - 1) end
      return work()
    end
    local results = run(deep, { milliseconds = 5000, bytes = 128 << 20 }, 300000)
    assert.same({ true, 300000, n = 2 }, results)
  end)

  it("ends a slice of slow instructions after few of them", function()
    local a, b = ("x"):rep(16000000) .. "a", ("x"):rep(16000000) .. "b"
    local co = coroutine.create(function()
      while true do local _ = a < b end
    end)
    local limits = { instructions = 1000, slice = 1000 }
    assert.equal("slice", guard.resume(co, limits))
    assert.is_true(limits.instructions > 900)
  end)

  describe("beyond the bytes", function()
    local bombs = {
      ["a growing table"] = function()
        local t = {}
        while #t >= 0 do t[#t + 1] = {} end
      end,
      ["a doubling string"] = function()
        local s = "x"
        while true do s = s .. s end
      end,
      ["string.rep"] = function() return ("x"):rep(1 << 30) end,
      ["deep recursion"] = function()
        local function f() return 1 + f() end
        return f()
      end,
    }
    for name, bomb in pairs(bombs) do
      it("stops " .. name, function()
        collectgarbage()
        local results = run(bomb, { bytes = 4000000 })
        assert.is_false(results[1])
        assert.matches("not enough memory", results[2])
        collectgarbage()
      end)
    end

    it("lets the code go on when it frees what it took", function()
      local results = run(function()
        local ok, err = pcall(string.rep, "x", 1 << 30)
        assert(not ok and err:find("not enough memory"))
        return #(("x"):rep(1000))
      end, { bytes = 1000000 })
      assert.same({ true, 1000, n = 2 }, results)
    end)

    it("does not bind the rest of the state", function()
      run(function() return ("x"):rep(1 << 30) end, { bytes = 1000000 })
      assert.equal(20000000, #("x"):rep(20000000))
    end)
  end)

  it("counts down the limits it was given", function()
    local limits = { instructions = 100000, milliseconds = 5000 }
    run(function() for _ = 1, 10000 do end end, limits)
    assert.is_true(limits.instructions < 91000 and limits.instructions > 50000)
    assert.is_true(limits.milliseconds <= 5000)
    assert.is_true(limits.base > 0)
  end)

  it("leaves no hook behind", function()
    local co = coroutine.create(function()
      coroutine.yield()
      for _ = 1, 1000000 do end
      return "end"
    end)
    guard.resume(co, { instructions = 1000 })
    assert.is_nil(debug.gethook(co))
    assert.same({ true, "end" }, { coroutine.resume(co) })
  end)

  describe("close", function()
    it("ends a suspended coroutine and runs no Lua code of it", function()
      local closed = 0
      local co = coroutine.create(function()
        local _ <close> = setmetatable({}, { __close = function()
          for _ = 1, 100 do closed = closed + 1 end
        end })
        coroutine.yield()
      end)
      guard.resume(co, {})
      guard.close(co)
      guard.close(co)
      assert.equal("dead", coroutine.status(co))
      assert.is_true(closed <= 1)
    end)
  end)

  it("refuses to be used from within and with wrong options", function()
    assert.has_error(function() guard.resume(coroutine.running(), {}) end)
    assert.has_error(function() guard.resume(coroutine.create(print), { bites = 1 }) end,
      "unknown option 'bites'")
    assert.has_error(function() guard.resume(print, {}) end)
    local results = run(function() return guard.resume(coroutine.create(print), {}) end, {})
    assert.is_false(results[1])
    local outer
    outer = coroutine.create(function()
      local inner = coroutine.create(function() guard.close(outer) end)
      return coroutine.resume(inner)
    end)
    assert.is_false(select(2, coroutine.resume(outer)))
  end)

  it("gives memory back when an allocation fails", function()
    local fault = require "host.fault"
    local source = [[
      local guard = require "host.guard"
      local co = coroutine.create(function(a) coroutine.yield(a, {}) return "x" end)
      local limits = {slice = 10}
      assert(guard.resume(co, limits, 1))
      while guard.resume(co, limits) == "slice" do end
      guard.close(co)
    ]]
    for n = 0, 2000 do
      local ok, message, code = fault.run(source, n)
      if ok then return end
      assert(code == "ENOMEM" or message:find("assertion failed"), message)
    end
    error("never succeeded")
  end)
end)
