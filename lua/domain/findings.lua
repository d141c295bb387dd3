-- What `left4me check` finds and what there is to do about it: phrases by where they are found. What is done by typing
-- a command alone is that command, and no phrase; in the middle of one, a command stands `so`.
local phrase = require "base.phrase"

local M = {}

--- The host beneath a production installation.
M.host = phrase.registry("findings", "host", {
  other_init = "the first process is {name}, not systemd: no unit can run",
  unknown_init = "the first process is unknown, not systemd: no unit can run",
  needs_init = "boot this machine with systemd, or use --backend standalone",
  silent = "systemd does not answer: {message}",
  wake = "`systemctl start dbus.socket`, or restart this machine",
  old = "systemd {version} is too old", newer = "systemd {oldest} or newer is needed: Debian 12 has it",
  systemd = "systemd {version} runs this machine",
  old_groups = "control groups are of version 1: limits of memory, tasks and processor do not hold",
  new_groups = "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line",
  no_controllers = "control groups lack: {names}",
  allow_controllers = "remove cgroup_disable= from the kernel's command line",
  groups = "control groups limit memory, tasks and processor",
  overlayfs = "the kernel has overlayfs",
  no_overlayfs = "the kernel has no overlayfs: no game server can start",
  load_overlayfs = "`modprobe overlay`, or another kernel",
  brief_journal = "the journal is kept in memory only: logs are lost when this machine restarts",
  closed_journal = "the journal cannot be read", verify_journal = "`journalctl --verify` says why",
  kept_journal = "the journal is kept on disk", journal = "the journal is kept on disk, and can be read",
  value = "{name} is {now}, not {wanted}", unknown_value = "{name} is unknown, not {wanted}",
  values = "kernel values are as they should be",
  libraries = "the game's 32-bit libraries are there",
  no_libraries = "the game's 32-bit libraries are missing: no game server can start",
  rcon = "A game's remote console listens on TCP at its port on every address: close TCP 27015 to 27115 "
    .. "(LEFT4ME_PORT_RANGE_START and _END) to the outside; players need UDP only.",
  -- What no rule can keep left4me from: polkit is not told a job's mode.
  jobs = "A service that was taken over could delay a restart of this machine with jobs that nothing replaces: "
    .. "systemctl cancel drops them.",
  signals = "systemd {version} gives units no process ids of their own: a build can end another build, and a game the "
    .. "service or another game, by a signal. Those of them that systemd watches start again. Debian 13 closes this.",
})

--- Who may do what on a production host.
M.access = phrase.registry("findings", "access", {
  no_user = "there is no user {name}",
  root_user = "the user {name} is root", renumber = "give it a number of its own",
  grouped = "{name} is in the group {group}, and so is what runs as it",
  elsewhere = "the home of {name} is {now}, not {home}",
  login = "{name} can log in", user = "the user {name} is there and cannot log in",
  no_directory = "the directory {path} is missing",
  not_followed = "{path} is a {type}, and no link is followed there",
  mount_there = "make it a directory, and mount what should be there: `mount --bind OTHER {path}`",
  owner = "{path} must belong to {user}:{group} with mode {mode}",
  directories = "the directories have their owners and modes",
  no_settings = "{path} is missing", open_settings = "{path} must be readable by root and left4me only",
  settings = "{path} is there, for root and left4me only",
  no_key = "SECRET_KEY is not set in {path}: the service does not start", make_key = "`deploy/install` makes one",
  short_key = "SECRET_KEY in {path} has {length} characters: the service does not start",
  remake_key = "remove its line, and `deploy/install` makes a new one",
  key = "SECRET_KEY has {length} characters",
  steamcmd = "steamcmd is at {path}",
  no_steamcmd = "steamcmd is not at {path}: the game cannot be installed or updated",
  get_steamcmd = "\"Install for production\" in README.md says how to get it; LEFT4ME_STEAMCMD in {path} names it",
  no_resolver = "{path} is missing: no build can run", closed_resolver = "{path} cannot be read",
  private_resolver = "builds cannot reach the name server {address}, which is a private address",
  public_address = "put a public one into {path}",
  empty_resolver = "{path} names no server: builds find no host", add_address = "add a line nameserver ADDRESS to it",
  resolver = "builds ask public name servers",
  no_polkit = "polkit is missing or masked: the service may start nothing",
  unseen_polkit = "Only root can look at polkit's rules: sudo left4me check does.",
  polkit = "polkit decides what the service may start",
})

--- The units of a production host.
M.units = phrase.registry("findings", "units", {
  not_installed = "the program in {path} was not put there by deploy/install",
  install = "`deploy/install`, and then /usr/local/bin/left4me",
  no_file = "{path} is missing",
  other_file = "{path} is not this version's", use_drop_ins = "`deploy/install`; your own changes go into drop-ins",
  files = "the {number} files in the system are this version's",
  weakened = "{path} changes {name}= of {unit}, which keeps it in its place",
  remove_line = "remove that line, then `systemctl daemon-reload`",
  drop_in = "{unit} has the drop-in {path}.",
  masked = "{unit} is masked", replaced = "{path} stands in for {unit}",
  stale = "systemd has {unit} in memory as it was before",
  unknown = "systemd does not know {unit} ({state})", reload = "`systemctl daemon-reload`, or `deploy/install`",
  silent = "systemd does not tell of its units: {message}",
  units = "systemd has the {number} units as they are on disk",
  web_down = "the service does not run ({state})", timer_down = "the daily Workshop refresh does not run ({state})",
  restart = "`systemctl restart {unit}`; `journalctl -u {unit}` says why it ended",
  web_not_enabled = "the service does not start with this machine",
  timer_not_enabled = "the daily Workshop refresh does not start with this machine",
  web = "the service runs, and starts with this machine",
  timer = "the daily Workshop refresh runs, and starts with this machine",
})

--- A host without systemd's help.
M.standalone = phrase.registry("findings", "standalone", {
  bubblewrap = "bubblewrap is there for builds",
  no_bubblewrap = "bubblewrap is missing: script overlays cannot be built",
  kernel = "Linux {release} mounts overlays in user namespaces", newer_kernel = "Linux 5.11 or newer is needed",
  no_namespaces = "this system forbids user namespaces: no game server can start",
  namespaces = "user namespaces are allowed",
  servers = "Servers: 256 tasks count per server, memory, processor and disk have no limit: that takes the systemd "
    .. "backend.",
  builds = "Builds: 4 GiB and 512 tasks count per process and per build, the 200 % of processor are not enforced.",
  networks = "Builds can reach private networks of this host, not only the public internet.",
  reboot = "Servers do not start by themselves after a reboot; the dashboard shows which should run.",
  root = "You are root, whose tasks the kernel does not limit: a build or server can take all. Use another user.",
  sockets = "Builds and servers reach this host's abstract Unix sockets: it takes Linux 6.12 with Landlock to keep "
    .. "them away.",
})

--- The state directory.
M.state = phrase.registry("findings", "state", {
  no_root = "there is no state directory {path}", open = "everyone on this machine may look into {path}",
  no_folder = "{path} is missing", open_key = "{path} can be read by others",
  directory = "the state directory {path} is in order",
  not_left4me = "this needs the user left4me, whom deploy/install makes: {message}",
  game = "the dedicated server is installed",
  no_game = "the dedicated server is not installed: no game server can start",
  unknown_space = "the free space of the disk is not known", little_space = "the disk has {mib} MiB left",
  make_room = "make room for overlays and logs", space = "the disk has {gib} GiB left",
})

--- The database.
M.database = phrase.registry("findings", "database", {
  sound = "the database is sound and of this version's schema",
  unsound = "the database is damaged: {message}", put_back = "copy a backup in its place",
  lost = "the database {path} is damaged ({message}). There is no backup in {folder}.",
  damaged = "the database {path} is damaged ({message}). The newest backup is {backup}: move the broken file away and "
    .. "copy that in its place.",
  missing = "there is no database at {path} yet, or it may not be read: `left4me migrate` makes it",
  unusable = "the database {path} cannot be used: {message}",
  older = "the database {path} is older than this version: run `left4me migrate`",
})

return M
