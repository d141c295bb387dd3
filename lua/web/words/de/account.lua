-- The profile and the password page, in German.
return {
  title = "Profil von {name}", profile = "Profil",
  new_token = "Dein neues Token", shown_once = "Jetzt kopieren: Es wird nur dieses eine Mal gezeigt.",
  copy = "Kopieren",
  sessions = "Wo du angemeldet bist", end_others = "Die anderen beenden", this_one = "diese", ["end"] = "Beenden",
  sessions_hint = "Was du nicht kennst, beenden, dann das Passwort ändern.",
  since = "angemeldet", seen = "zuletzt gesehen", older = "Ältere", more = "Mehr",
  browser_on = "{browser} auf {system}", unknown_browser = "Ein unbekannter Browser",
  tokens = "API-Token", purpose = "Zweck", purpose_example = "Backup-Skript", make_token = "Token anlegen",
  tokens_hint_html = 'Mit einem Token handelt ein Skript in deinem Namen unter <code>/api/v1</code>, beschrieben in '
    .. '<a href="/api/v1/openapi.json">openapi.json</a>.',
  no_tokens = "Du hast keine.", token_number = "Token {id}", made = "angelegt", used = "zuletzt benutzt",
  never_used = "nie benutzt", revoke = "Widerrufen…", revoke_yes = "Token widerrufen",
  language = "Sprache", language_of_pages = "Sprache der Seiten", as_browser = "wie im Browser",
  save = "Speichern",
  choose_password = "Wähle dein Passwort",
  choose_hint = "Du bist mit einem Einmalpasswort angemeldet. Wähle ein eigenes, dann geht es weiter.",
  password = "Passwort", current = "Aktuelles Passwort", new_password = "Neues Passwort",
  password_hint = "Mindestens 10 Zeichen. Alle Sitzungen enden; danach mit dem neuen Passwort anmelden.",
  tokens_stay = "Deine API-Token bleiben gültig; was du nicht kennst, widerrufen.",
  change_password = "Passwort ändern",
}
