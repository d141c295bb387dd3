-- Overlays: the list, the page of one, the form of a new one, in German.
return {
  title = "Overlays", new = "Neues Overlay", close = "Schließen", more = "Mehr", search = "Suchen",
  clear = "Alle zeigen", search_name = "Teil eines Namens",
  none_found = "Kein Overlay hat „{name}“ im Namen.", none = "Noch keine Overlays", make = "Overlay anlegen",
  what = "Ein Overlay ist ein Verzeichnis, das über das Spiel gelegt wird und das ein eigenes Bash-Skript füllt: "
    .. "Einstellungen, Plugins, Karten.",
  name = "Name", script = "Skript", build = "Bau", size = "Größe", scope = "Für", uses = "Genutzt von",
  changed = "Geändert", everyone = "alle", for_everyone = "für alle", of = "von {owner}",
  type_script = "Skript", type_workshop = "Workshop", type_files = "Dateien",
  blueprints = { one = "1 Blueprint", other = "{count} Blueprints" },
  unmeasured = "noch nicht gemessen", files = { one = "1 Datei", other = "{count} Dateien" },
  sized = "{size} in {files}", empty = "Leer",
  script_hint_html = "Läuft mit bash in einer Sandbox, höchstens eine Stunde. Es beginnt im Verzeichnis des Overlays, "
    .. "<code>$OVERLAY</code>; was es dort lässt, liegt über dem Spiel.",
  new_hint_html = "Läuft mit bash in einer Sandbox, sobald es gespeichert ist. Es beginnt im Verzeichnis des Overlays, "
    .. "<code>$OVERLAY</code>; was es dort lässt, liegt über dem Spiel.",
  everyone_field = "Für alle auf diesem Host", create = "Anlegen und bauen", save = "Speichern und bauen",
  read_only = "Es ist für alle auf diesem Host da; ändern kann es ein Admin.",
  tab_script = "Skript und Bau", tabs = "Teile des Overlays",
  took = "dauerte {time}", queued_behind = "Dahinter wartet: {what}.",
  failed = "Der Bau ist gescheitert. Die Ausgabe sagt, warum; Skript verbessern und noch einmal speichern.",
  failed_with = "Der Bau ist mit Code {code} gescheitert. Die Ausgabe sagt, warum; Skript verbessern und noch "
    .. "einmal speichern.",
  cancel = "Bau abbrechen…", cancel_yes = "Bau abbrechen", build_again = "Noch einmal bauen",
  rebuild = "Leeren und neu bauen…", rebuild_yes = "Leeren und neu bauen", wipe = "Leeren…",
  wipe_yes = "Overlay leeren", delete = "Löschen…", delete_yes = "Overlay löschen",
  output = "Ausgabe des letzten Baus", output_label = "Ausgabe des Baus", no_output = "Noch keine Ausgabe.",
  not_built = "Noch nicht gebaut.", output_text = "Die Ausgabe bis jetzt, als Text",
  used_by = "Genutzt von", unused = "Noch nutzt es kein Blueprint.", unused_hint_html =
    'Erst <a href="/blueprints">in einem Blueprint</a> kommt es in einen Server.',
  elsewhere = { one = "Ein Blueprint von jemand anderem nutzt es.", other = "{count} Blueprints anderer nutzen es." },
  elsewhere_too = { one = "Ebenso einer von jemand anderem.", other = "Ebenso {count} von anderen." },
  lost = "Das sind {size} in {files}.", lost_unknown = "Wie viel das ist, wurde noch nicht gemessen.",
  lost_nothing = "Zurzeit ist nichts darin.",
  not_now = "Leeren geht jetzt nicht. {why}",
  keeps = "Solange es genutzt wird, lässt es sich nicht löschen.", no_servers = "kein Server", rename = "Umbenennen",
}
