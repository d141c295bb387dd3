-- Runs busted inside the runtime: left4me lua spec/run.lua [BUSTED OPTIONS] [SPEC…].
local root = arg[0]:match("^(.*)/spec/run%.lua$") or "."
package.path = root .. "/?.lua;" .. package.path
require "busted.runner" { standalone = false, output = "utfTerminal" }
return 0
