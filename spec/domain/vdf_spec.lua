-- Specs of domain.vdf: what steamcmd writes, and anything else.
local vdf = require "domain.vdf"

describe("domain.vdf", function()
  it("reads names, texts and blocks, however they are laid out", function()
    assert.same({ AppState = { appid = "222860", buildid = "1", UserConfig = { betakey = "" } } }, vdf.parse [[
"AppState"
{
	"appid"		"222860"
	"buildid"		"1"
	"UserConfig"
	{
		"betakey"		""
	}
}
]])
    assert.same({ a = "1", b = {} }, vdf.parse '"a""1""b"{}')
    assert.same({}, vdf.parse "")
  end)

  it("keeps quotation marks and backslashes that are written with a backslash", function()
    assert.same({ ['a"b'] = [[C:\x\]] }, vdf.parse [["a\"b" "C:\\x\\"]])
  end)

  it("takes the last of two of one name", function()
    assert.same({ a = "2" }, vdf.parse '"a" "1" "a" "2"')
  end)

  it("reads nothing of what is no such text", function()
    for _, source in ipairs { '"', '"a', '"a"', '"a" {', '"a" { "b"', "}", "a b", '"a" "b" }', '{ "a" "b" }', '"a\\',
      "<html>", "\0", ('"a" {'):rep(17) .. ("}"):rep(17), ('"a" {'):rep(100000) } do
      assert.is_nil(vdf.parse(source), source:sub(1, 20))
    end
    assert.is_table(vdf.parse(('"a" {'):rep(15) .. ("}"):rep(15)))
  end)
end)
