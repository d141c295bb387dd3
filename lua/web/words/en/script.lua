-- The words of the scripts in the browser, in English; relative times are said by the service with the same ones.
return {
  ["ago.now"] = "just now", ["ago.seconds"] = "{n} s ago", ["ago.minutes"] = "{n} min ago", ["ago.hours"] = "{n} h ago",
  ["ago.days"] = "{n} days ago",
  ["copy.done"] = "Copied",
  ["log.connected"] = "Connected", ["log.lost"] = "The connection is lost; trying again", ["log.ended"] = "Ended",
  ["log.ended_succeeded"] = "Ended: succeeded", ["log.ended_failed"] = "Ended: failed",
  ["log.ended_cancelled"] = "Ended: cancelled", ["log.ended_lost"] = "Ended: lost",
  ["log.download"] = "Download", ["log.times"] = "Times", ["log.wrap"] = "Wrap", ["log.pause"] = "Pause",
  ["log.newest"] = "Jump to newest", ["log.newest_count"] = {
    one = "Jump to newest (1 new line)", other = "Jump to newest ({count} new lines)" },
  ["log.earlier"] = "Load earlier output", ["log.search"] = "Search the output", ["log.previous"] = "Previous match",
  ["log.next"] = "Next match", ["log.found"] = { one = "1 match", other = "{count} matches" },
  ["log.found_at"] = "{n} of {of}", ["log.found_none"] = "no match",
  ["log.heard"] = { one = "A new line: {text}", other = "{count} new lines, the last: {text}" },
  ["progress.pass"] = "Pass {n} of {of}", ["progress.downloading"] = "Downloading, {share} %",
  ["progress.verifying"] = "Verifying, {share} %", ["progress.other"] = "Preparing and writing, {share} %",
}
