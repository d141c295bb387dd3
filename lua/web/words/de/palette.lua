-- Finding pages, objects and actions by name, in German.
return {
  title = "Finden", label = "Seite, Objekt oder Aktion", find = "Finden", none = "Nichts gefunden.",
  hint = "Zum Beispiel: starten und ein Teil eines Servernamens.",
  action = "{what}: {name}", kind_of = "{kind} von {name}",
  kind_page = "Seite", kind_server = "Server", kind_overlay = "Overlay", kind_blueprint = "Blueprint",
  kind_action = "Aktion",
  page_overview = "Übersicht", page_servers = "Server", page_new_server = "Neuer Server",
  page_blueprints = "Blueprints", page_new_blueprint = "Neuer Blueprint", page_overlays = "Overlays",
  page_new_overlay = "Neues Overlay", page_jobs = "Jobs", page_profile = "Profil", page_admin = "Das Spiel",
  page_users = "Konten", page_new_user = "Neues Konto", page_health = "Zustand des Hosts", page_style = "Gestaltung",
}
