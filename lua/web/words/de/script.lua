-- The words of the scripts in the browser, in German; relative times are said by the service with the same ones.
return {
  ["ago.now"] = "gerade eben", ["ago.seconds"] = "vor {n} s", ["ago.minutes"] = "vor {n} min",
  ["ago.hours"] = "vor {n} h", ["ago.days"] = "vor {n} Tagen",
  ["copy.done"] = "Kopiert",
  ["log.connected"] = "Verbunden", ["log.lost"] = "Die Verbindung ist weg; neuer Versuch läuft",
  ["log.ended"] = "Beendet",
  ["log.ended_succeeded"] = "Beendet: erfolgreich", ["log.ended_failed"] = "Beendet: gescheitert",
  ["log.ended_cancelled"] = "Beendet: abgebrochen", ["log.ended_lost"] = "Beendet: verloren",
  ["log.download"] = "Herunterladen", ["log.times"] = "Zeiten", ["log.wrap"] = "Umbruch",
  ["log.pause"] = "Anhalten",
  ["log.newest"] = "Zur neuesten Zeile", ["log.newest_count"] = {
    one = "Zur neuesten Zeile (1 neue)", other = "Zur neuesten Zeile ({count} neue)" },
  ["log.earlier"] = "Frühere Ausgabe laden", ["log.search"] = "In der Ausgabe suchen",
  ["log.previous"] = "Voriger Treffer",
  ["log.next"] = "Nächster Treffer", ["log.found"] = { one = "1 Treffer", other = "{count} Treffer" },
  ["log.found_at"] = "{n} von {of}", ["log.found_none"] = "kein Treffer",
  ["log.heard"] = { one = "Eine neue Zeile: {text}", other = "{count} neue Zeilen, die letzte: {text}" },
  ["progress.pass"] = "Durchgang {n} von {of}", ["progress.downloading"] = "Lädt herunter, {share} %",
  ["progress.verifying"] = "Prüft, {share} %", ["progress.other"] = "Bereitet vor und schreibt, {share} %",
}
