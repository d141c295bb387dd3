-- Finding pages, objects and actions by name, in English.
return {
  title = "Find", label = "A page, an object or an action", find = "Find", none = "Nothing found.",
  hint = "For example: start and a part of a server's name.",
  action = "{what}: {name}", kind_of = "{kind} of {name}",
  kind_page = "Page", kind_server = "Server", kind_overlay = "Overlay", kind_blueprint = "Blueprint",
  kind_action = "Action",
  page_overview = "Overview", page_servers = "Servers", page_new_server = "New server", page_blueprints = "Blueprints",
  page_new_blueprint = "New blueprint", page_overlays = "Overlays", page_new_overlay = "New overlay",
  page_jobs = "Jobs", page_profile = "Profile", page_admin = "The game",
  page_users = "Users", page_new_user = "New user", page_health = "Health of the host", page_style = "Style guide",
}
