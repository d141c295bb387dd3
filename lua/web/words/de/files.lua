-- The files of overlays and servers, in German.
return {
  tab = "Dateien", title = "Dateien von {name}", path = "Pfad", name = "Name", size = "Größe", changed = "Geändert",
  from = "Aus",
  download = "Herunterladen", download_one = "{name} herunterladen", none = "Hier ist nichts.",
  unreadable = "Das Verzeichnis einer Schicht darf hier nicht gelesen werden: wer es schrieb, nahm das Recht dazu.",
  not_text = "Es ist kein Text oder zu lang, um es hier zu zeigen. Nach dem Herunterladen lässt es sich ansehen.",
  link_to = "Ein symbolischer Link auf {target}. Links wird hier nicht gefolgt.",
  no_file = "Es ist keine Datei, die sich lesen ließe.",
  whiteout = "verdeckt, was darunter ist", special = "keine Datei", from_own = "Server selbst",
  from_game = "Spiel",
  from_overlay = "Overlay von jemand anderem",
  covers = { one = "verdeckt 1 weitere", other = "verdeckt {count} weitere" },
  merged = { one = "und 1 weitere Schicht", other = "und {count} weitere Schichten" }, next = "Mehr",
  shown = "ab {first} von {total}", cut = "In diesem Verzeichnis sind mehr Dateien, als sich zeigen lassen.",
  mounted = "Was das Spiel jetzt sieht: die Schichten, die beim Start eingehängt wurden, die oberste zuerst.",
  next_start = "Was das Spiel nach dem nächsten Start sieht: die Schichten seines Blueprints, die oberste zuerst.",
}
