-- Specs of domain.checked, and of base.finding whose lines it reads: nothing of a record is believed as it stands.
local checked = require "domain.checked"
local finding = require "base.finding"
local phrase = require "base.phrase"
local texts = require "domain.findings"

local function read(...)
  return checked.record({ at = 5, findings = { ... } }).findings
end

describe("A line of left4me check", function()
  it("is English, with its phrases packed; a command has none", function()
    local said = texts.access.login { name = "bob" }
    assert.same({ ok = false, text = "bob can log in", mend = "usermod bob", said = phrase.pack(said) },
      finding.wrong(said, "usermod bob"))
    assert.same({ ok = false, text = "bob can log in", mend = "give it a number of its own",
      said = phrase.pack(said), remedy = "findings.access.renumber" }, finding.wrong(said, texts.access.renumber()))
    assert.same({ ok = true, text = "builds ask public name servers", said = "findings.access.resolver" },
      finding.fine(texts.access.resolver()))
    assert.equal("note", finding.note(texts.access.resolver()).ok)
  end)

  it("shows what a program said with control characters, and has no phrase then", function()
    local line = finding.wrong(texts.host.silent { message = "no\27[2J\nbus\xFF" }, texts.host.wake())
    assert.equal("systemd does not answer: no\\x1b[2J\\x0abus\\xff", line.text)
    assert.is_nil(line.said)
  end)

  it("is read as it was kept: English in it, its phrases behind it", function()
    local old = finding.wrong(texts.host.old { version = 247 }, texts.host.newer { oldest = 252 })
    local one, two = table.unpack(read(old, finding.fine(texts.host.groups())))
    assert.same({ ok = false, text = old.text, mend = old.mend }, one)
    assert.equal("systemd 252 or newer is needed: Debian 12 has it", one.mend)
    assert.same({ "findings.host.old", { version = "247" } }, { one.said.key, one.said.params })
    assert.equal("findings.host.newer", one.remedy.key)
    assert.equal("findings.host.groups", two.said.key)
    assert.is_nil(two.remedy)
  end)

  it("of another version is its English alone", function()
    local packed = phrase.pack(texts.host.old { version = 247 })
    for _, hostile in ipairs { "findings.host.old", "problems.value.taken", "errors.common.internal", "x", 7, {}, false,
      packed .. "\27[2J", packed .. "\nmore=1", packed .. ("1"):rep(5000) } do
      for _, line in ipairs(read({ ok = false, text = "a", mend = "b", said = hostile },
        { ok = false, text = "a", mend = "b", said = packed, remedy = hostile })) do
        assert.same({ ok = false, text = "a", mend = "b" }, line)
        assert.is_nil(line.said or line.remedy)
      end
    end
  end)

  it("is none without a text or its kind, and is cut and printable", function()
    assert.same({ { ok = true, text = "a\\x1b\u{FFFD}" }, { ok = "note", text = ("é"):rep(999) .. "…" } },
      read(7, "a", {}, { ok = true }, { ok = "other", text = "a" }, { text = "a" }, { ok = 1, text = "a" },
        { ok = true, text = {} }, { ok = true, text = "a\27\u{202E}", mend = {} },
        { ok = "note", text = ("é"):rep(5000) }))
  end)
end)

describe("A record of left4me check", function()
  it("is none without its time and its findings", function()
    for _, raw in ipairs { 7, "x", {}, { at = 1 }, { findings = {} }, { at = "1", findings = {} },
      { at = 1.5, findings = {} }, { at = -1, findings = {} }, { at = 1 << 60, findings = {} },
      { at = 1, findings = 1 } } do
      assert.is_nil(checked.record(raw))
    end
  end)

  it("has no more than it may, and nothing that no version wrote", function()
    local many = {}
    for i = 1, 600 do many[i] = { ok = true, text = "a" } end
    local record = checked.record { at = 1, findings = many, more = {}, systemd = ("9"):rep(500),
      disk = { logs = 5, overlays = -1, runtime = "7", installation = 1.5, other = 8 },
      host = { at = "x", findings = {} } }
    assert.equal(500, #record.findings)
    assert.same({ logs = 5 }, record.disk)
    assert.equal(50, utf8.len(record.systemd))
    assert.is_nil(record.host or record.more)
    assert.same({ at = 1, findings = {}, disk = {} }, checked.record { at = 1, findings = {}, disk = 7, systemd = {},
      host = { at = 2 } })
    local host = { at = 2, findings = {} }
    assert.same(host, checked.record({ at = 1, findings = {}, host = host }).host)
  end)
end)
