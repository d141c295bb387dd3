-- States of jobs, servers and builds, in German.
return {
  verb_install = "Spielinstallation", verb_refresh_workshop_items = "Workshop-Abgleich", verb_build_overlay = "Build",
  verb_initialize = "Schreiben der Dateien", verb_start = "Start", verb_stop = "Stopp", verb_reset = "Zurücksetzen",
  verb_delete = "Löschen",
  end_queued = "{what} wartet", end_running = "{what} läuft", end_cancelling = "{what} wird abgebrochen",
  end_succeeded = "{what} ist gelungen", end_failed = "{what} ist gescheitert",
  end_cancelled = "{what} wurde abgebrochen", end_lost = "{what} ging verloren, als der Dienst endete",
  job_queued = "wartet", job_running = "läuft", job_cancelling = "bricht ab", job_succeeded = "gelungen",
  job_failed = "gescheitert", job_cancelled = "abgebrochen", job_lost = "verloren",
  doing_initialize = "schreibt Dateien", doing_start = "startet", doing_stop = "stoppt",
  doing_reset = "wird zurückgesetzt", doing_delete = "wird gelöscht", doing_build_overlay = "wird gebaut",
  doing_install = "installiert", doing_refresh_workshop_items = "gleicht ab",
  unbuilt = "nicht gebaut", built = "gebaut", build_failed = "Build gescheitert",
  server_running = "läuft", server_stopped = "gestoppt", server_unknown = "unbekannt", server_failed = "ausgefallen",
  of = "{what} von {name}", of_gone_server = "{what} von Server {id}, gelöscht",
  of_gone_overlay = "{what} von Overlay {id}, gelöscht",
  waits_for = "Wartet auf {what}.", listed = "{most} und {last}",
}
