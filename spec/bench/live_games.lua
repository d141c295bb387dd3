-- Many games that answer A2S, in one process: prints their ports, then answers until it is killed.
local loop = require "host.loop"
local sock = require "host.sock"

local CHALLENGE <const> = "\255\255\255\255A\1\2\3\4"
local INFO <const> = "\255\255\255\255I\17a name\0c1m1_hotel\0left4dead2\0Left 4 Dead 2\0"
  .. string.pack("<I2BBBc1c1BBz", 550, 5, 8, 1, "d", "l", 0, 1, "2.2")
local PLAYERS <const> = "\255\255\255\255D\5" .. (string.pack("<Bzi4f", 0, "a player's name", 7, 30.0)):rep(5)

local games, waiting = {}, assert(loop.new())
for i = 1, math.tointeger(tonumber(...)) do
  games[i] = assert(sock.udp("127.0.0.1", 0))
  assert(waiting:add(games[i]:fd(), "r", i))
  print(games[i]:local_port())
end
print "ready"
io.stdout:flush()

local function reply(packet)
  if packet:sub(-4) ~= "\1\2\3\4" then return CHALLENGE end
  return packet:sub(5, 5) == "T" and INFO or PLAYERS
end

while true do
  for _, event in ipairs(waiting:wait(-1)) do
    local packet, ip, port = games[event.tag]:recvfrom(4096)
    if packet then games[event.tag]:sendto(reply(packet), ip, port) end
  end
end
