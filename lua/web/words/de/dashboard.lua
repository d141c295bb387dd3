-- The overview, in German.
return {
  title = "Übersicht", first = "Dein erster Server in drei Schritten", jobs = "Neueste Jobs", all_jobs = "Alle Jobs",
  step_overlay_html = "<strong>Overlays</strong>: Verzeichnisse, die über dem Spiel liegen; jedes füllt ein "
    .. "Bash-Skript von dir.",
  step_blueprint_html = "<strong>Ein Blueprint</strong>: Overlays in Reihenfolge, Argumente und Config-Zeilen.",
  step_server_html = "<strong>Ein Server</strong> daraus, mit eigenem Port. Dann starten und zusehen.",
  make_overlay = "Overlay anlegen", see_overlays = "Overlays ansehen", make_blueprint = "Blueprint anlegen",
  see_blueprints = "Blueprints ansehen", is_there_html = "„<bdi>{name}</bdi>“ ist da.",
  make_server_html = "Server aus „<bdi>{name}</bdi>“ anlegen",
  needs_blueprint = "braucht einen Blueprint",
  no_jobs = "Noch wurde nichts getan. Builds, Starts und Stopps erscheinen hier, jeweils mit Log.",
  servers = "Server", running = "Laufende Server", all_servers = "Alle Server", none_running = "Kein Server läuft.",
  more_running = "Es laufen mehr, als hier Platz haben.",
  broken = "Braucht dich", more_broken = "Es gibt noch mehr davon.", at_work = "Gerade in Arbeit",
  nothing_at_work = "Nichts wird gebaut oder geändert.", disk = "Platz nach Overlays",
}
