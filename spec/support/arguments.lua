-- Prints how many arguments it was given, and the last one.
local count = select("#", ...)
print(count, count > 0 and (select(count, ...)) or "none")
return 0
