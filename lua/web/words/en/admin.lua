-- Administration: the game and its installation, the host's health, in English.
return {
  nav = "Administration", game = "The game", all_jobs = "Everyone's jobs",
  what_is_installed = "What is installed", installed = "installed", is_installed = "Left 4 Dead 2 is installed.",
  demo = "demo game", demo_installed = "The demo game is installed, not Left 4 Dead 2.",
  missing = "missing", none_installed = "No game is installed. Servers cannot start before one is.",
  version = "Version", build = "Build", updated = "Updated", size = "Size",
  failed = "It did not work. The last lines of its output say why.",
  cancel = "Cancel…", update = "Update the game", install = "Install Left 4 Dead 2",
  update_hint = "Nothing that runs is stopped: it waits for running jobs, and servers take the new files at their "
    .. "next start.",
  needs_steamcmd_html = "Needs steamcmd on this machine, and the service started with <code>LEFT4ME_STEAMCMD</code> "
    .. "set to its absolute path.",
  output = "Output of the installation", no_output = "No output yet.", as_text = "The output so far, as text",
  how = "How to get the real game",
  step_steamcmd_html = 'Put <a href="https://developer.valvesoftware.com/wiki/SteamCMD">steamcmd</a> on this machine. '
    .. "No Steam account is needed. Have 15 GiB of disk free.",
  step_run = "Run this on the machine, in left4me's directory, with the path of your steamcmd:",
  step_start = "Start your servers again: they take the real game. Overlays, blueprints and servers stay.",
}
