-- Actions as buttons, titles and the search name them, in German.
return {
  ["server.start"] = "Server starten", ["server.stop"] = "Server stoppen", ["server.reset"] = "Server zurücksetzen",
  ["server.restart"] = "Server neu starten",
  ["server.rotate_rcon_password"] = "RCON-Passwort ändern", ["server.rename"] = "Server umbenennen",
  ["server.initialize"] = "Dateien des Servers schreiben", ["server.delete"] = "Server löschen",
  ["overlay.build"] = "Overlay bauen", ["overlay.wipe"] = "Overlay leeren",
  ["overlay.rebuild"] = "Overlay leeren und neu bauen",
  ["overlay.delete"] = "Overlay löschen", ["blueprint.delete"] = "Blueprint löschen",
  ["blueprint.duplicate"] = "Blueprint duplizieren",
  ["job.cancel"] = "Job abbrechen", ["token.revoke"] = "Token widerrufen",
  ["user.activate"] = "Konto freigeben", ["user.deactivate"] = "Konto sperren",
  ["user.reset_password"] = "Neues Passwort geben", ["user.delete"] = "Konto löschen",
  ["session.end_others"] = "Deine anderen Sitzungen beenden",
  ["health.check"] = "Host erneut prüfen",
  ["installation.install"] = "Spiel installieren oder aktualisieren",
}
