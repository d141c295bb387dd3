-- States of jobs, servers and builds, in English.
return {
  verb_install = "Installing the game", verb_refresh_workshop_items = "Workshop refresh", verb_build_overlay = "Build",
  verb_initialize = "Writing the files", verb_start = "Start", verb_stop = "Stop", verb_reset = "Reset",
  verb_delete = "Deletion",
  end_queued = "{what} is waiting", end_running = "{what} is running", end_cancelling = "{what} is being cancelled",
  end_succeeded = "{what} succeeded", end_failed = "{what} failed", end_cancelled = "{what} was cancelled",
  end_lost = "{what} was lost when the service ended",
  job_queued = "queued", job_running = "running", job_cancelling = "cancelling", job_succeeded = "succeeded",
  job_failed = "failed", job_cancelled = "cancelled", job_lost = "lost",
  doing_initialize = "writing files", doing_start = "starting", doing_stop = "stopping", doing_reset = "resetting",
  doing_delete = "being deleted", doing_build_overlay = "building", doing_install = "installing",
  doing_refresh_workshop_items = "refreshing",
  unbuilt = "not built", built = "built", build_failed = "build failed",
  server_running = "running", server_stopped = "stopped", server_unknown = "unknown", server_failed = "failed",
  of = "{what} of {name}", of_gone_server = "{what} of server {id}, deleted",
  of_gone_overlay = "{what} of overlay {id}, deleted",
  waits_for = "Waits for {what}.", listed = "{most} and {last}",
}
