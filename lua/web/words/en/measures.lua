-- Sizes and lengths of time, in English.
return {
  point = ".", instant = "under 1 s", seconds = "{s} s", minutes = "{min} min {s} s", hours = "{h} h {min} min",
}
