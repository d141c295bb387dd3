-- The health of the host, in English; the lines of its check are those of `left4me check`.
return {
  title = "Health", check_now = "Check now", check = "What left4me check says",
  in_order = "everything is in order",
  n_wrong = { one = "1 thing needs mending", other = "{count} things need mending" },
  checked = "checked", being_checked = "being checked anew", ok = "ok", wrong = "wrong", note = "note",
  being_checked_first = "The host is being checked for the first time; the result appears here.",
  to_mend = "To mend it:",
  host_seen = "The host and its units were looked at", host_unseen = "The host and its units were not looked at yet.",
  look_at_host_html = "The service cannot do that from inside its sandbox; on the machine "
    .. "<code>sudo left4me check --keep</code> does, and shows it here.",
  disk = "Disk", disk_used = "{used} of {total} used", free = "Free", database = "Database",
  disk_low = "Only {free} are free: make room for overlays and logs.",
  machine = "Machine", memory_used = "{used} of {total} memory used", service_memory = "Memory of left4me",
  service_runs = "left4me runs for", machine_runs = "The machine runs for",
  counts = "How much there is", servers_of = "{running} running of {total}",
  jobs_of = "{unfinished} unfinished of {total}", versions = "Versions",
}
