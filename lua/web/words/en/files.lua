-- The files of overlays and servers, in English.
return {
  tab = "Files", title = "Files of {name}", path = "Path", name = "Name", size = "Size", changed = "Changed",
  from = "From",
  download = "Download", download_one = "Download {name}", none = "There is nothing in it.",
  unreadable = "A layer's directory may not be read here: whoever wrote it took the right away.",
  not_text = "It is no text, or too long to be shown here. Download it to look at it.",
  link_to = "A symbolic link to {target}. Links are not followed here.",
  no_file = "It is no file that could be read.",
  whiteout = "hides what is below", special = "no file", from_own = "the server itself", from_game = "the game",
  from_overlay = "an overlay of someone else", covers = { one = "covers 1 more", other = "covers {count} more" },
  merged = { one = "and 1 more layer", other = "and {count} more layers" }, next = "More",
  shown = "from {first} of {total}", cut = "There are more files in this directory than can be shown.",
  mounted = "What the game sees now: the layers that were mounted at its start, the highest first.",
  next_start = "What the game will see at its next start: the layers of its blueprint, the highest first.",
}
