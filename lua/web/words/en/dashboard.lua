-- The overview, in English.
return {
  title = "Overview", first = "Your first server, in three steps", jobs = "Latest jobs", all_jobs = "All jobs",
  step_overlay_html = "<strong>Overlays</strong>: directories laid over the game, each filled by a bash "
    .. "script of yours.",
  step_blueprint_html = "<strong>A blueprint</strong>: overlays in order, arguments and config lines.",
  step_server_html = "<strong>A server</strong> of it, with a port of its own. Then press Start and watch it.",
  make_overlay = "Make an overlay", see_overlays = "See the overlays", make_blueprint = "Make a blueprint",
  see_blueprints = "See the blueprints", is_there_html = "“<bdi>{name}</bdi>” is there.",
  make_server_html = "Make a server of “<bdi>{name}</bdi>”",
  needs_blueprint = "needs a blueprint",
  no_jobs = "Nothing has been done yet. Builds, starts and stops appear here, each with its log.",
  servers = "Servers", running = "Running", all_servers = "All servers", none_running = "No server runs.",
  more_running = "More run than fit here.",
  broken = "Needs you", more_broken = "There are more of them.", at_work = "Being done now",
  nothing_at_work = "Nothing is being built or changed.", disk = "Disk by overlay",
}
