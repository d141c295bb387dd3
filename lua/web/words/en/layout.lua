-- The frame of every page, the login, errors and questions, in English.
return {
  skip = "Skip to the content", main = "Main", servers = "Servers", blueprints = "Blueprints", overlays = "Overlays",
  jobs = "Jobs", admin = "Admin", profile = "Your profile", log_out = "Log out",
  offline = "The connection to the service is lost, so this page may be out of date. It is tried again.",
  leave_it = "Leave it", do_it = "Do it", no_leave_it = "No, leave it", sure = "{what}?",
  overview = "Go to the overview", error_number = "Error {status}", not_done = "Not done",
  gone = "It may have been deleted, or it belongs to someone else.", you_are = "You are logged in as {name}.",
  search = "Find", search_title = "Find a page, an object or an action: / or Ctrl-K",
  log_in = "Log in", user_name = "User name", password = "Password",
  no_account = "No account yet? An admin of this host can make you one.",
  game_missing = "The game is not installed.", game_missing_why = "Servers cannot start before it is.",
  game_install = "Install it", game_ask = "An admin can install it.",
  game_demo = "The demo game is installed, not Left 4 Dead 2.",
  game_demo_why = "It behaves like the real server so that you can try everything, but players cannot join it.",
  game_how = "How to install the real game", game_ask_real = "An admin can install the real game.",
  save_mine = "Save mine anyway", see_saved = "The other version (new window)",
}
