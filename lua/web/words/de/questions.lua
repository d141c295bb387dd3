-- What is asked before something is lost, in German.
return {
  ["server.restart"] = "„{name}“ neu starten? Alle, die spielen, fliegen raus.",
  ["server.reset"] = "„{name}“ zurücksetzen? Der Server wird gestoppt. Verloren geht {lost}. Overlays, Blueprint, Port "
    .. "und Passwörter bleiben.",
  ["server.delete"] = "„{name}“ löschen? Der Server wird gestoppt und mit Port und RCON-Passwort entfernt. Verloren "
    .. "geht {lost}. Overlays und Blueprint bleiben.",
  ["server.rename"] = "„{name}“ umbenennen? Keine Datei geht verloren, und die Adresse bleibt. Spieler sehen "
    .. "„{hostname}“, mindestens bis zum nächsten Start.",
  ["server.rotate_rcon_password"] = "Das RCON-Passwort von „{name}“ ändern? Das alte geht verloren: Werkzeuge, die es "
    .. "nutzen, gehen nicht mehr. Das Spiel hat das neue ab dem nächsten Start.",
  ["overlay.wipe"] = "„{name}“ leeren? Alle Dateien werden entfernt; das Skript bleibt. {lost}",
  ["overlay.rebuild"] = "„{name}“ leeren und neu bauen? Zuerst werden alle Dateien entfernt, auch solche, die das "
    .. "Skript nicht gemacht hat. {lost}",
  ["overlay.delete"] = "„{name}“ mit Skript und allen Dateien löschen? {lost}",
  ["blueprint.delete"] = "Den Blueprint „{name}“ löschen? Seine Overlays bleiben.",
  ["job.cancel"] = "Diesen Job abbrechen? Was er bisher getan hat, bleibt, wie es ist.",
  ["token.revoke"] = "Dieses Token widerrufen? Skripte, die es verwenden, funktionieren dann nicht mehr.",
  ["user.delete"] = "Das Konto „{name}“ löschen? Sitzungen und Tokens enden. Was es getan hat, bleibt im Verlauf.",
  ["user.reset_password"] = "Dem Konto „{name}“ ein neues Passwort geben? Das jetzige, alle Sitzungen und alle "
    .. "API-Tokens enden.",
  ["user.deactivate"] = "Das Konto „{name}“ sperren? Sitzungen und Tokens enden; die Server laufen weiter.",
}
