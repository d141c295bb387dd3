-- Sizes and lengths of time, in German.
return {
  point = ",", instant = "unter 1 s",
  seconds = "{s} s", minutes = "{min} min {s} s", hours = "{h} h {min} min",
}
