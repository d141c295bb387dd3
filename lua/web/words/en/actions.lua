-- Actions as buttons, titles and the search name them, in English.
return {
  ["server.start"] = "Start the server", ["server.stop"] = "Stop the server", ["server.reset"] = "Reset the server",
  ["server.restart"] = "Restart the server",
  ["server.rotate_rcon_password"] = "Change the RCON password", ["server.rename"] = "Rename the server",
  ["server.initialize"] = "Write the server's files", ["server.delete"] = "Delete the server",
  ["overlay.build"] = "Build the overlay", ["overlay.wipe"] = "Wipe the overlay",
  ["overlay.rebuild"] = "Wipe and rebuild the overlay",
  ["overlay.delete"] = "Delete the overlay", ["blueprint.delete"] = "Delete the blueprint",
  ["blueprint.duplicate"] = "Duplicate the blueprint",
  ["job.cancel"] = "Cancel the job", ["token.revoke"] = "Revoke the token",
  ["user.activate"] = "Let the user in again", ["user.deactivate"] = "Shut the user out",
  ["user.reset_password"] = "Give a new password", ["user.delete"] = "Delete the user",
  ["session.end_others"] = "End your other sessions",
  ["health.check"] = "Check the host again",
  ["installation.install"] = "Install or update the game",
}
