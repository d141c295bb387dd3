-- Sizes and lengths of time, in German.
return {
  point = ",", instant = "unter einer Sekunde",
  seconds = "{s} s", minutes = "{min} min {s} s", hours = "{h} h {min} min",
}
