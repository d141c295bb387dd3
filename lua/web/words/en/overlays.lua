-- Overlays: the list, the page of one, the form of a new one, in English.
return {
  title = "Overlays", new = "New overlay", close = "Close", more = "More", search = "Search",
  clear = "Show all", search_name = "Part of a name", none_found = "No overlay has “{name}” in its name.",
  none = "No overlays yet", make = "Make an overlay",
  what = "An overlay is a directory laid over the game, filled by a bash script of yours: settings, plugins, maps.",
  name = "Name", script = "Script", build = "Build", size = "Size", scope = "For", uses = "Used by",
  changed = "Changed",
  everyone = "everyone", for_everyone = "for everyone", of = "of {owner}",
  type_script = "script", type_workshop = "workshop", type_files = "files",
  blueprints = { one = "1 blueprint", other = "{count} blueprints" },
  unmeasured = "not measured yet", files = { one = "1 file", other = "{count} files" }, sized = "{size} in {files}",
  empty = "Empty", script_hint_html = "Run with bash in a sandbox, at most an hour. It starts in the overlay's "
    .. "directory, <code>$OVERLAY</code>; what it leaves there lies over the game.",
  new_hint_html = "Run with bash in a sandbox, as soon as it is saved. It starts in the overlay's directory, "
    .. "<code>$OVERLAY</code>; what it leaves there lies over the game.",
  everyone_field = "For everyone on this host", create = "Create and build", save = "Save and build",
  read_only = "It is for everyone on this host; an admin can change it.",
  tab_script = "Script and build", tabs = "Parts of the overlay",
  took = "took {time}", queued_behind = "{what} is queued behind it.",
  failed = "The build failed. Its output says why; correct the script and save it again.",
  failed_with = "The build failed with exit code {code}. Its output says why; correct the script and save it again.",
  cancel = "Cancel the build…", cancel_yes = "Cancel the build", build_again = "Build again",
  rebuild = "Wipe and rebuild…", rebuild_yes = "Wipe and rebuild", wipe = "Wipe…", wipe_yes = "Wipe the overlay",
  delete = "Delete…", delete_yes = "Delete the overlay",
  output = "Output of the last build", output_label = "Output of the build", no_output = "No output yet.",
  not_built = "Not built yet.", output_text = "The output so far, as text",
  used_by = "Used by", unused = "No blueprint uses it yet.", unused_hint_html =
    '<a href="/blueprints">Put it into one</a> to have it in a server.',
  elsewhere = { one = "One blueprint of someone else uses it.", other = "{count} blueprints of others use it." },
  elsewhere_too = { one = "So does one of someone else.", other = "So do {count} of others." },
  not_now = "It cannot be wiped now. {why}",
  keeps = "While it is used it cannot be deleted.", no_servers = "no server", rename = "Rename",
}
