-- The profile and the password page, in English.
return {
  title = "Profile of {name}", profile = "Profile",
  new_token = "Your new token", shown_once = "Copy it now: it is shown only this once.", copy = "Copy",
  sessions = "Where you are logged in", end_others = "End the others", this_one = "this one", ["end"] = "End",
  sessions_hint = "End what you do not know, then change your password.",
  since = "logged in", seen = "last seen", older = "Older", more = "More",
  browser_on = "{browser} on {system}", unknown_browser = "An unknown browser",
  tokens = "API tokens", purpose = "Purpose", purpose_example = "backup script", make_token = "Make a token",
  tokens_hint_html = 'A token lets a script act as you under <code>/api/v1</code>, described by '
    .. '<a href="/api/v1/openapi.json">openapi.json</a>.',
  no_tokens = "You have none.", token_number = "Token {id}", made = "made", used = "last used",
  never_used = "never used", revoke = "Revoke…", revoke_yes = "Revoke the token",
  language = "Language", language_of_pages = "Language of the pages", as_browser = "as the browser says", save = "Save",
  choose_password = "Choose your password",
  choose_hint = "You logged in with a password that was given to you to be used once. Choose your own to go on.",
  password = "Password", current = "Current password", new_password = "New password",
  password_hint = "At least 10 characters. All your sessions end; you log in again with the new one.",
  tokens_stay = "Your API tokens stay valid; revoke those you do not know.",
  change_password = "Change the password",
}
