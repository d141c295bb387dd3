-- The frame of every page, the login, errors and questions, in English.
return {
  skip = "Skip to the content", main = "Main", servers = "Servers", blueprints = "Blueprints", overlays = "Overlays",
  jobs = "Jobs", admin = "Admin", profile = "Your profile", log_out = "Log out",
  offline = "The connection to the service is lost, so this page may be out of date. It is tried again.",
  leave_it = "Leave it", do_it = "Do it", no_leave_it = "No, leave it", sure = "{what}?",
  overview = "Go to the overview", error_number = "Error {status}", not_done = "Not done",
  gone = "It may have been deleted, or it belongs to someone else.", you_are = "You are logged in as {name}.",
  log_in = "Log in", user_name = "User name", password = "Password",
  no_account = "No account yet? An admin of this host can make you one.",
}
