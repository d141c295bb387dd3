-- luacheck: Lua 5.4, no globals of our own; the list of exceptions may only shrink.
std = "lua54"
max_line_length = 120
files["spec"].std = "lua54+busted"
files["lua/types"].ignore = { "212", "241" }
