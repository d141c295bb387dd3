-- `left4me workshop-refresh`: what the timer of a production host asks for once a day.
local context = require "boot.commands.context"

-- No overlay can hold Workshop items yet: the schema has no table of them.
local function run()
  context.say "There are no Workshop items to refresh."
  return 0
end

return {
  { name = "workshop-refresh", summary = "Have changed Workshop items downloaded again", run = run },
}
