-- The frame of every page, the login, errors and questions, in German.
return {
  skip = "Zum Inhalt springen", main = "Hauptnavigation", servers = "Server", blueprints = "Blueprints",
  overlays = "Overlays", jobs = "Jobs", admin = "Admin", profile = "Dein Profil", log_out = "Abmelden",
  offline = "Die Verbindung zum Dienst ist weg, diese Seite ist vielleicht veraltet. Ein neuer Versuch läuft.",
  leave_it = "Lassen", do_it = "Ausführen", no_leave_it = "Nein, lassen", sure = "{what}?",
  overview = "Zur Übersicht", error_number = "Fehler {status}", not_done = "Nicht ausgeführt",
  gone = "Vielleicht wurde es gelöscht, oder es gehört jemand anderem.", you_are = "Du bist angemeldet als {name}.",
  search = "Finden", search_title = "Seite, Objekt oder Aktion finden: / oder Strg-K",
  log_in = "Anmelden", user_name = "Benutzername", password = "Passwort",
  no_account = "Noch kein Konto? Ein Admin dieses Hosts kann dir eines anlegen.",
  game_missing = "Das Spiel ist nicht installiert.", game_missing_why = "Vorher kann kein Server starten.",
  game_install = "Installieren", game_ask = "Ein Admin kann es installieren.",
  game_demo = "Installiert ist das Demospiel, nicht Left 4 Dead 2.",
  game_demo_why = "Es verhält sich wie der echte Server, damit du alles ausprobieren kannst; mitspielen kann niemand.",
  game_how = "So kommt das echte Spiel hierher", game_ask_real = "Ein Admin kann das echte Spiel installieren.",
  save_mine = "Meine trotzdem speichern", see_saved = "Die andere Fassung (neues Fenster)",
}
