-- Why a game does not run, in German.
return {
  ["run.memory"] = "abgeschossen, weil es mehr als {size} verwendet hat",
  ["run.too_often"] = "aufgegeben, weil es in kurzer Zeit zu oft endete",
  ["run.deaf"] = "abgeschossen, weil es auf die Bitte nicht endete",
  ["run.time"] = "nach {seconds} s beendet: länger darf es nicht dauern",
  ["run.silent"] = "beendet, weil es kein Lebenszeichen gab", ["run.signal"] = "abgeschossen mit Signal {signal}",
  ["run.crash"] = "abgestürzt mit Signal {signal}", ["run.code"] = "beendet mit Code {code}",
  ["run.setup"] = "systemd konnte es nicht vorbereiten", ["run.unready"] = "es endete, bevor es bereit war",
  ["run.other"] = "beendet: {result}", ["run.nobody"] = "systemd lässt sich nicht fragen: {reason}",
  ["run.gave_up_code"] = "das Spiel endete mit Code {code}, {times} Mal binnen {seconds} s: aufgegeben",
  ["run.gave_up_signal"] = "das Spiel endete mit Signal {signal}, {times} Mal binnen {seconds} s: aufgegeben",
}
