-- The frame of every page, the login, errors and questions, in German.
return {
  skip = "Zum Inhalt springen", main = "Hauptnavigation", servers = "Server", blueprints = "Blueprints",
  overlays = "Overlays", jobs = "Jobs", admin = "Admin", profile = "Dein Profil", log_out = "Abmelden",
  offline = "Die Verbindung zum Dienst ist weg, diese Seite ist vielleicht veraltet. Ein neuer Versuch läuft.",
  leave_it = "Lassen", do_it = "Ausführen", no_leave_it = "Nein, lassen", sure = "{what}?",
  overview = "Zur Übersicht", error_number = "Fehler {status}", not_done = "Nicht ausgeführt",
  gone = "Vielleicht wurde es gelöscht, oder es gehört jemand anderem.", you_are = "Du bist angemeldet als {name}.",
  log_in = "Anmelden", user_name = "Benutzername", password = "Passwort",
  no_account = "Noch kein Konto? Ein Admin dieses Hosts kann dir eines anlegen.",
}
