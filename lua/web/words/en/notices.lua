-- What is said after something was done, in English: the values of ?notice=.
return {
  saved = "Saved.", created = "Created.", duplicated = "This is the copy.",
  deleted = "Deleted.", wiped = "All files of the overlay are gone.",
  password = "The password is changed. Please log in with it.", revoked = "The token is revoked.",
  cancelled = "The cancel is under way.", building = "The build is queued; its output appears below.",
  session_ended = "The session is ended.", sessions_ended = "All your other sessions are ended.",
  rotated = "The RCON password is changed. The game has the new one from its next start.",
  checking = "The host is being checked; the result appears below.",
  logged_out = "You are logged out.",
}
