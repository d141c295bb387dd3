-- Every page in a real browser, in both themes at three widths, with much to show and hostile names: nothing may be
-- wrong with it. With LEFT4ME_SCREENSHOTS=DIRECTORY pictures of all of them stay there, with an index.html.
local browser = require "spec.support.browser"
local json = require "host.json"
local toured = require "spec.support.toured"

describe("Of all pages,", function()
  local why_not = browser.missing "axe-core"
  local one, seeded, stops, results

  setup(function()
    if why_not then return end
    one, seeded = toured.start()
    stops = toured.stops(seeded)
    local plan = { pages = json.array(stops), users = toured.USERS }
    assert(one.directory:write("plan.json", json.encode(plan)))
    browser.run(one, "tour", "tour", 600000, one.root .. "/plan.json", one.root .. "/result.json")
    results = json.decode(assert(one.directory:read("result.json", 1 << 22)), { max_bytes = 1 << 22 })
  end)
  teardown(function() if one then one:remove() end end)

  local function whole(path)
    return function()
      if why_not then return pending(why_not) end
      local problems, count = {}, 0
      for _, stop in ipairs(stops) do
        if stop.route == path then
          count = count + 1
          local german = results[stop.name .. ", German"] or {}
          local seen = results[stop.name] or { "was not visited" }
          for _, problem in ipairs(table.move(german, 1, #german, #seen + 1, seen)) do
            problems[#problems + 1] = ("%s (%s): %s"):format(stop.name, stop.path, problem)
          end
        end
      end
      assert.is_true(count > 0)
      assert.equal("", table.concat(problems, "\n"))
    end
  end

  for _, path in ipairs(toured.routes()) do
    it(path .. " is accessible, fits every width, jumps nowhere and runs nothing that is not ours", whole(path))
  end
  it("those that say what is wrong are so too", whole "errors")
end)
