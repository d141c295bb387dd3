-- What jobs wait for, in German, following "wartet auf".
return {
  ["job.install"] = "die Installation des Spiels (Job {job})",
  ["job.refresh"] = "den Workshop-Abgleich (Job {job})",
  ["job.build"] = "den Build von Overlay {overlay} (Job {job})",
  ["job.initialize"] = "das Schreiben der Dateien von Server {server} (Job {job})",
  ["job.start"] = "den Start von Server {server} (Job {job})",
  ["job.stop"] = "den Stopp von Server {server} (Job {job})",
  ["job.reset"] = "das Zurücksetzen von Server {server} (Job {job})",
  ["job.delete"] = "das Löschen von Server {server} (Job {job})",
  ["job.mounted"] = "den Stopp des Servers „{name}“, in den dieses Overlay eingehängt ist",
  ["job.mounted_by_two"] = "den Stopp des Servers „{name}“ und eines weiteren, in die dieses Overlay eingehängt ist",
  ["job.mounted_by_many"] = "den Stopp des Servers „{name}“ und {more} weiterer, in die dieses Overlay eingehängt ist",
  ["job.place"] = "das Ende des laufenden Jobs", ["job.places"] = "das Ende eines von {limit} laufenden Jobs",
}
