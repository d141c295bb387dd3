-- The words of the scripts in the browser, in German; relative times are said by the service with the same ones.
return {
  ["ago.now"] = "gerade eben", ["ago.seconds"] = "vor {n} s", ["ago.minutes"] = "vor {n} min",
  ["ago.hours"] = "vor {n} h", ["ago.days"] = "vor {n} Tagen",
  ["copy.done"] = "Kopiert",
  ["log.connected"] = "Verbunden", ["log.lost"] = "Die Verbindung ist weg; neuer Versuch läuft",
  ["log.ended"] = "Beendet", ["log.ended_as"] = "Beendet: {state}", ["log.as_text"] = "Als Text",
  ["log.newest"] = "Neueste ↓",
}
