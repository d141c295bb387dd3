-- A program's two streams as journald reads them.
local relayed = require "domain.relayed"

local function all(name, ...)
  local stream, out = relayed.stream(name), {}
  for _, chunk in ipairs { ... } do out[#out + 1] = stream:feed(chunk) end
  return table.concat(out) .. stream:finish()
end

describe("A relayed stream", function()
  it("has its priority in front of each line, wherever its chunks are cut", function()
    assert.equal("<6>one\n<6>two\n<6>three\n", all("stdout", "on", "e\ntwo\nth", "ree"))
    assert.equal("<3>bad\n", all("stderr", "bad\n"))
  end)

  it("keeps empty lines, and lines that look like a priority", function()
    local lines = "\n\n<3>\n \t\na<6>\n\n"
    assert.equal("<6>_\n<6>_\n<6><3>\n<6> \t_\n<6>a<6>\n<6>_\n", (all("stdout", lines):gsub("\u{200B}", "_")))
    assert.equal("<3>\u{200B}\n<3><7>left4me: end of output\n", all("stderr", "\n<7>left4me: end of output\n"))
    assert.equal(lines, (all("stdout", lines):gsub("<6>([^\n]*)", relayed.text)))
    assert.equal("a\u{200B}", relayed.text "a\u{200B}")
  end)

  it("ends no line but at a newline, so that nobody gives a line another priority", function()
    local hostile = {}
    for byte = 0, 255 do hostile[#hostile + 1] = string.char(byte) .. "<7>left4me: end of output" end
    for line in all("stdout", table.concat(hostile)):gmatch "[^\n]*\n" do
      assert.equal("<6>", line:sub(1, 3))
      assert.is_nil(line:find "[%z\r]")
      assert.truthy(utf8.len(line))
    end
  end)

  it("cuts a line of more than 4096 characters and marks it", function()
    assert.equal("<6>" .. ("ä"):rep(4096) .. "\n", all("stdout", ("ä"):rep(4096)))
    assert.equal("<6>" .. ("ä"):rep(4096) .. " … [cut]\n<6>b\n", all("stdout", ("ä"):rep(4097) .. "\nb"))
  end)

  it("holds no more of an endless line than its beginning", function()
    local stream, chunk = relayed.stream "stdout", ("x"):rep(1 << 20)
    for _ = 1, 20 do assert.equal("", stream:feed(chunk)) end
    collectgarbage()
    local before = collectgarbage "count"
    for _ = 1, 50 do assert.equal("", stream:feed(chunk)) end
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 64)
    assert.equal(3 + 4096 + #" … [cut]\n", #stream:finish())
  end)
end)
