-- What is said after something was done, in German: the values of ?notice=.
return {
  saved = "Gespeichert.", created = "Angelegt.", duplicated = "Das ist die Kopie.",
  deleted = "Gelöscht.", wiped = "Alle Dateien des Overlays sind weg.",
  password = "Das Passwort ist geändert. Bitte melde dich damit an.", revoked = "Das Token gilt nicht mehr.",
  cancelled = "Der Abbruch läuft.", building = "Der Build wartet; seine Ausgabe erscheint unten.",
  session_ended = "Die Sitzung ist beendet.", sessions_ended = "Alle anderen Sitzungen sind beendet.",
  rotated = "Das RCON-Passwort ist geändert. Das Spiel hat das neue ab dem nächsten Start.",
  checking = "Der Host wird geprüft; das Ergebnis erscheint unten.",
  logged_out = "Du bist abgemeldet.",
}
