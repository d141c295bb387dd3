-- The health of the host, in German; the lines of its check are those of `left4me check`.
return {
  title = "Zustand", check_now = "Jetzt prüfen", check = "Was left4me check sagt",
  in_order = "alles in Ordnung",
  n_wrong = { one = "1 Sache ist zu beheben", other = "{count} Sachen sind zu beheben" },
  checked = "geprüft", being_checked = "wird neu geprüft", ok = "gut", wrong = "Fehler", note = "Hinweis",
  being_checked_first = "Der Host wird zum ersten Mal geprüft; das Ergebnis erscheint hier.",
  to_mend = "Abhilfe:",
  host_seen = "Host und Units wurden angesehen", host_unseen = "Host und Units wurden noch nicht angesehen.",
  look_at_host_html = "Aus seiner Sandbox kann der Dienst das nicht; auf der Maschine tut es "
    .. "<code>sudo left4me check --keep</code> und zeigt es hier.",
  disk = "Datenträger", disk_used = "{used} von {total} belegt", free = "Frei", database = "Datenbank",
  disk_low = "Nur {free} sind frei: Platz für Overlays und Logs schaffen.",
  machine = "Maschine", memory_used = "{used} von {total} Speicher belegt", service_memory = "Speicher von left4me",
  service_runs = "left4me läuft seit", machine_runs = "Die Maschine läuft seit",
  counts = "Wie viel es gibt", servers_of = "{running} laufen von {total}",
  jobs_of = "{unfinished} offen von {total}", versions = "Versionen",
}
