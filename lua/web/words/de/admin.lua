-- Administration: the game and its installation, the host's health, in German.
return {
  nav = "Verwaltung", game = "Das Spiel", all_jobs = "Jobs von allen",
  what_is_installed = "Was installiert ist", installed = "installiert", is_installed = "Left 4 Dead 2 ist installiert.",
  demo = "Demospiel", demo_installed = "Das Demospiel ist installiert, nicht Left 4 Dead 2.",
  missing = "fehlt", none_installed = "Kein Spiel ist installiert. Vorher starten keine Server.",
  version = "Version", build = "Build", updated = "Aktualisiert", size = "Größe",
  failed = "Es hat nicht geklappt. Die letzten Zeilen der Ausgabe sagen, warum.",
  cancel = "Abbrechen…", update = "Spiel aktualisieren", install = "Left 4 Dead 2 installieren",
  update_hint = "Nichts Laufendes wird gestoppt: Es wartet auf laufende Jobs, und Server nehmen die neuen Dateien beim "
    .. "nächsten Start.",
  needs_steamcmd_html = "Braucht steamcmd auf dieser Maschine und den Dienst mit <code>LEFT4ME_STEAMCMD</code>, "
    .. "gesetzt auf dessen absoluten Pfad.",
  output = "Ausgabe der Installation", no_output = "Noch keine Ausgabe.", as_text = "Die bisherige Ausgabe als Text",
  how = "So kommt das echte Spiel",
  step_steamcmd_html = '<a href="https://developer.valvesoftware.com/wiki/SteamCMD">steamcmd</a> auf diese Maschine '
    .. "legen. Ein Steam-Konto ist nicht nötig. 15 GiB müssen frei sein.",
  step_run = "Auf der Maschine im Verzeichnis von left4me ausführen, mit dem Pfad zu steamcmd:",
  step_start = "Die Server neu starten: Sie nehmen das echte Spiel. Overlays, Blueprints und Server bleiben.",
}
