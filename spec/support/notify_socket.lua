-- A NOTIFY_SOCKET as systemd has one for a service (sd_notify(3)): what it hears, in order.
local proc = require "host.proc"
local service = require "spec.support.service"

local M = {}

local LISTEN = [[
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "$!";
bind($s, pack_sockaddr_un($ARGV[0])) or die "$!";
$| = 1;
print "bound\n";
while (defined recv($s, my $text, 65536, 0)) { $text =~ s/\n/ /g; print "$text\n" }
]]

local Socket = {}
Socket.__index = Socket

--- What was heard so far.
-- @return string[] a datagram each, its lines joined by a space
function Socket:heard()
  self.text = self.text .. (self.child:read "stdout" or "")
  local out = {}
  for line in self.text:gmatch "([^\n]*)\n" do out[#out + 1] = line end
  table.remove(out, 1)
  return out
end

--- Wait until a datagram that matches is heard so many times; returns all of them.
function Socket:wait_for(pattern, count)
  return service.eventually(pattern, function()
    local found, heard = 0, self:heard()
    for _, line in ipairs(heard) do
      if line:match(pattern) then found = found + 1 end
    end
    return found >= (count or 1) and heard
  end)
end

function Socket:close()
  self.child:kill "KILL"
  service.eventually("the listener's end", function() return self.child:wait() end)
  self.child:close()
end
Socket.__close = Socket.close

--- Listen.
-- @param path string where the socket is made
-- @return table; use it as a to-be-closed variable
function M.listen(path)
  local argv = { "perl", "-MSocket", "-e", LISTEN, path }
  local child = assert(proc.spawn { argv = argv, stdout = "pipe", stderr = "null" })
  local self = setmetatable({ child = child, path = path, text = "" }, Socket)
  service.eventually("the socket", function()
    self:heard()
    return self.text:find("bound\n", 1, true)
  end)
  return self
end

return M
