-- The words of the scripts in the browser, in English; relative times are said by the service with the same ones.
return {
  ["ago.now"] = "just now", ["ago.seconds"] = "{n} s ago", ["ago.minutes"] = "{n} min ago", ["ago.hours"] = "{n} h ago",
  ["ago.days"] = "{n} days ago",
  ["copy.done"] = "Copied",
  ["log.connected"] = "Connected", ["log.lost"] = "The connection is lost; trying again", ["log.ended"] = "Ended",
  ["log.ended_as"] = "Ended: {state}", ["log.as_text"] = "As text", ["log.newest"] = "Newest ↓",
}
