-- Sizes and lengths of time, in English.
return {
  point = ".", instant = "under a second", seconds = "{s} s", minutes = "{min} min {s} s", hours = "{h} h {min} min",
}
