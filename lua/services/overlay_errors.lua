-- What can be refused about overlays, in words; those with a code are told to programs as a plainer one.
local errors = require "base.errors"

return errors.registry("overlay", {
  not_found = { status = 404, text = "No such overlay." },
  forbidden = { status = 403, text = "Only an admin can change a system-wide overlay." },
  create_forbidden = {
    code = "overlay.forbidden", status = 403, text = "Only an admin can create a system-wide overlay.",
  },
  name_taken = { status = 409, text = "There is an overlay of this name already." },
  no_user = { status = 422, exit = 2, text = "The console acts as no user: make the overlay system-wide." },
  not_script = { status = 409, text = "Only a script overlay can be built." },
  in_use = { status = 409, text = "A blueprint uses this overlay." },
  used_by = {
    code = "overlay.in_use", status = 409, text = "This overlay is used by {blueprints}. Take it out there first.",
  },
  used_elsewhere = {
    code = "overlay.in_use", status = 409,
    text = "This overlay is used by a blueprint of someone else. Take it out there first.",
  },
  busy = { status = 409, text = "This overlay is being worked on. Please wait until that is done." },
  being_built = {
    code = "overlay.busy", status = 409, text = "Job {job} builds it. Please wait until that is done.",
  },
  build_waits = {
    code = "overlay.busy", status = 409, text = "Job {job} waits to build it. Please wait until that is done.",
  },
  server_at_work = {
    code = "overlay.busy", status = 409,
    text = "Job {job} works on a server that uses it. Please wait until that is done.",
  },
  wipe_waits = { code = "overlay.busy", status = 409, text = "Not now: {reason}. Please try again." },
  mounted = { status = 409, text = "A running server uses this overlay. Stop it first." },
  mounted_by = {
    code = "overlay.mounted", status = 409, text = "Stop {servers} first: it has this overlay mounted.",
  },
  mounted_elsewhere = {
    code = "overlay.mounted", status = 409, text = "A running server of someone else uses this overlay.",
  },
  unfinished = { status = 503, text = "There is so much in it that not all is removed yet. Do it again to go on." },
  wipe_failed = { status = 500, text = "The files could not be removed." },
  not_removed = { code = "overlay.wipe_failed", status = 500, text = "The files could not be removed: {reason}" },
})
