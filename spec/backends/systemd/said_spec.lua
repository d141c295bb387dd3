-- backends.systemd.said: what is said of a job that did not succeed, when its unit said nothing.
local said = require "backends.systemd.said"

describe("What is said of a job", function()
  local CASES = {
    { { result = "refused", message = "Unit a.service is masked." }, "Unit a.service is masked." },
    { { result = "dependency" }, "systemd says: dependency" },
    { {}, "it did not end in time" },
  }
  for _, case in ipairs(CASES) do
    it(("is %q when its result is %s"):format(case[2], case[1].result or "not known"), function()
      assert.equal(case[2], said.outcome(case[1]))
    end)
  end

  it("is the refusal, whatever the unit printed once", function()
    assert.equal("Access denied", said.why({ unit = "init.scope", result = "refused", message = "Access denied" }))
  end)
end)
