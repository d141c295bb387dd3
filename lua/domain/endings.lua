-- Why a game or a build ended that should not have: phrases that follow "it is not running".
local phrase = require "base.phrase"

return phrase.registry("endings", "run", {
  memory = "killed: used more than {size}", too_often = "given up: it ended too often in a short time",
  deaf = "killed: it did not end when asked", time = "ended after {seconds} s: that is the longest it may take",
  silent = "ended: it did not show a sign of life", signal = "killed by signal {signal}",
  crash = "crashed with signal {signal}", code = "ended with exit code {code}", setup = "systemd could not set it up",
  unready = "it ended before it was ready", other = "ended: {result}", nobody = "systemd cannot be asked: {reason}",
  gave_up_code = "the game ended with code {code}, {times} times within {seconds} s: giving up",
  gave_up_signal = "the game ended with signal {signal}, {times} times within {seconds} s: giving up",
})
