-- Streams: a log's history and its live tail are the same events; ends, rights, places, odd bytes.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local job_log = require "domain.job_log"
local proc = require "host.proc"
local service = require "spec.support.service"

describe("The stream of a log", function()
  local server
  setup(function() server = echo.start { streams = 8, pool = 1 } end)
  teardown(function() server:close() end)

  local function finished(text, query)
    local name = echo.fresh("log")
    server:write(name, text)
    return http.events(server.address, ("/log?path=%s&ended=succeeded&%s"):format(name, query or ""))
  end

  it("has an event for each line, by its stream, and a last one that says how it ended", function()
    local stream = finished("1700000000000 O one\n1700000000001 E two\n1700000000002 O \n")
    assert.equal("text/event-stream", stream.response.headers["content-type"])
    assert.equal("no-store", stream.response.headers["cache-control"])
    assert.same({ "stdout one", "stderr two", "stdout ", "end succeeded" }, http.drain(stream))
  end)

  it("numbers its events by the offset after the line, where a later stream goes on", function()
    local stream = finished("1 O one\n2 O two\n3 O three\n")
    stream.next()
    local second = stream.next()
    assert.equal("16", second.id)
    stream.close()
    assert.same({ "stdout three", "end succeeded" }, http.drain(finished("1 O one\n2 O two\n3 O three\n", "from=16")))
  end)

  it("tells the time of each line in its id when it is asked to, and that a line is replaced by the next", function()
    local text = "1700000000000 O one\n1700000001000 E 10%\r\n1700000002000 E 20%\nno tag\n"
    local stream = finished(text, "times=1")
    for _, wanted in ipairs { { "stdout", "one", "20@1700000000000" }, { "stderr", "10%", "41@1700000001000r" },
      { "stderr", "20%", "61@1700000002000" }, { "stdout", "no tag", "68" } } do
      local event = stream.next()
      assert.same(wanted, { event.event, event.data, event.id })
    end
    assert.same({ "end succeeded" }, http.drain(stream))
    assert.same({ "stdout one", "stderr 20%", "stdout no tag", "end succeeded" }, http.drain(finished(text)))
    server:write("steps", text)
    assert.equal("one\n20%\nno tag\n", server:get("/log?path=steps&kind=text").body)
  end)

  it("can begin so many bytes before the end, at the beginning of a line, and says where that is", function()
    local text = "1 O one\n2 O two\n3 O three\n"
    for from, wanted in pairs {
      [-10] = { 16, "three" }, [-11] = { 16, "three" }, [-17] = { 16, "three" }, [-18] = { 8, "two", "three" },
      [-26] = { 0, "one", "two", "three" }, [-27] = { 0, "one", "two", "three" }, [-1] = { 26 },
    } do
      local stream = finished(text, "from=" .. from)
      local start = stream.next()
      assert.same({ "start", ("%d"):format(wanted[1]) }, { start.event, start.data })
      local lines = {}
      for i = 2, #wanted do lines[i - 1] = "stdout " .. wanted[i] end
      lines[#lines + 1] = "end succeeded"
      assert.same(lines, http.drain(stream), ("%d"):format(from))
    end
    server:write("ending", text)
    assert.equal("three\n", server:get("/log?path=ending&kind=text&from=-12").body)
  end)

  it("says where the log of a job begins that has not begun when it is asked for", function()
    local name, topic = echo.fresh("later"), echo.fresh("job:")
    local stream = http.events(server.address, ("/log?path=%s&topic=%s&from=-100"):format(name, topic))
    server:write(name, "1 O one\n")
    server:get("/ring?topic=" .. topic)
    local start, line = stream.next(), stream.next()
    assert.same({ "start", "0", "one" }, { start.event, start.data, line.data })
    stream.close()
  end)

  it("begins anew when it is asked to go on beyond the end", function()
    assert.same({ "stdout one", "end succeeded" }, http.drain(finished("1 O one\n", "from=999")))
  end)

  it("shows a line without a tag as it is", function()
    assert.same({ "stdout no tag", "stdout 12 X odd", "stdout ", "end succeeded" },
      http.drain(finished("no tag\n12 X odd\n\n")))
  end)

  it("can be of a plain file, where nothing is a tag", function()
    assert.same({ "stdout 1 O one", "end succeeded" }, http.drain(finished("1 O one\n", "format=plain")))
  end)

  it("sends an unfinished last line only when the log has ended", function()
    assert.same({ "stdout one", "stdout half", "end succeeded" }, http.drain(finished("1 O one\n1 O half")))
  end)

  it("keeps its framing whatever the file holds", function()
    assert.same({ "stdout a b", "stdout c", "stdout \xEF\xBF\xBDd\xEF\xBF\xBD\xEF\xBF\xBD", "stdout ünï€😀",
      "stdout \27[31mred", "stdout data: x", "end succeeded" },
      http.drain(finished("a\rb\nc\r\n\xffd\xc3\xed\nünï€😀\n\27[31mred\ndata: x\n", "format=plain")))
    assert.same({ "stdout a b", "end succeeded" }, http.drain(finished("1 O a\rb\n")))
  end)

  it("sends a very long line in pieces, none of which ends within a character", function()
    for _, unit in ipairs { "x", "xé", "€", "😀" } do
      local line = unit:rep(40000)
      local lines = http.drain(finished(line .. "\n", "format=plain"))
      assert.equal("end succeeded", table.remove(lines))
      for i, text in ipairs(lines) do lines[i] = text:match("^stdout (.+)$") end
      assert.is_true(#lines > 1 and line == table.concat(lines), unit)
    end
  end)

  it("sends the longest line of a job whole, by its stream", function()
    local text = ("😀"):rep(job_log.LINE_LIMIT) .. job_log.CUT
    assert.same({ "stderr " .. text, "end succeeded" }, http.drain(finished("1700000000000 E " .. text .. "\n")))
  end)

  it("skips the hole where the beginning of the file was", function()
    local name = echo.fresh("hole")
    local file <close> = assert(io.open(server.directory .. "/" .. name, "wb"))
    file:seek("set", 1 << 30)
    file:write("\0\0\0still here\n")
    file:close()
    assert.same({ "stdout still here", "end x" },
      http.drain(http.events(server.address, ("/log?path=%s&ended=x&format=plain"):format(name))))
  end)

  it("never reads through a link, from a pipe or a directory", function()
    os.execute(("ln -s /etc/passwd '%s/a-link'; mkfifo '%s/a-pipe'; mkdir '%s/a-dir'"):format(
      server.directory, server.directory, server.directory))
    for _, name in ipairs { "a-link", "a-pipe", "a-dir" } do
      assert.same({ "end x" }, http.drain(http.events(server.address, ("/log?path=%s&ended=x"):format(name))))
    end
  end)

  it("tells of bells beside its lines, and goes on telling of them after its end", function()
    local name, topic, bell, other = echo.fresh("beside"), echo.fresh("job:"), echo.fresh("of:"), echo.fresh("of:")
    local stream = http.events(server.address, ("/log?path=%s&topic=%s&topics=%s,%s"):format(name, topic, bell, other))
    local function told() local event = stream.next() return event.event .. " " .. event.data end
    server:get("/ring?topic=" .. bell)
    assert.equal("changed " .. bell, told())
    server:write(name, "1 O one\n")
    server:get("/ring?topic=" .. topic)
    assert.equal("stdout one", told())
    server:get("/close?topic=" .. topic .. "&text=succeeded")
    assert.equal("end succeeded", told())
    server:get("/ring?topic=" .. topic)
    for _, one in ipairs { other, bell, other } do
      server:get("/ring?topic=" .. one)
      assert.equal("changed " .. one, told())
    end
    stream.close()
  end)

  it("with bells ends all the same when the right to it is taken away after the log's end", function()
    local bell, revoke = echo.fresh("of:"), echo.fresh("user:")
    server:write("over", "1 O one\n")
    local stream = http.events(server.address, ("/log?path=over&ended=failed&topics=%s&revoke=%s"):format(bell, revoke))
    assert.equal("stdout", stream.next().event)
    assert.equal("end", stream.next().event)
    server:get("/ring?topic=" .. revoke)
    assert.is_nil(stream.next())
  end)

  it("waits for a file that is not there yet, follows it, and ends when its topic is closed", function()
    local name, topic = echo.fresh("live"), echo.fresh("job:")
    local stream = http.events(server.address, ("/log?path=%s&topic=%s"):format(name, topic))
    server:write(name, "1 O one\n1 O tw")
    server:get("/ring?topic=" .. topic)
    assert.equal("one", stream.next().data)
    server:write(name, "o\n", "ab")
    server:get("/ring?topic=" .. topic)
    assert.equal("two", stream.next().data)
    server:write(name, "1 O three\n", "ab")
    server:get("/close?topic=" .. topic .. "&text=failed")
    assert.same({ "stdout three", "end failed" }, http.drain(stream))
  end)

  it("loses nothing of what was written before the topic was closed", function()
    local name, topic = echo.fresh("late"), echo.fresh("job:")
    server:write(name, "1 O one\n")
    server:get("/close?topic=" .. topic .. "&text=succeeded")
    assert.same({ "stdout one", "end succeeded" },
      http.drain(http.events(server.address, ("/log?path=%s&topic=%s"):format(name, topic))))
  end)

  it("brings all of many lines to several readers while they are written", function()
    local name, topic, streams = echo.fresh("many"), echo.fresh("job:"), {}
    for i = 1, 4 do
      streams[i] = http.events(server.address, ("/log?path=%s&topic=%s"):format(name, topic))
    end
    for block = 1, 20 do
      local lines = {}
      for i = 1, 200 do lines[i] = ("1 O line %d\n"):format((block - 1) * 200 + i) end
      server:write(name, table.concat(lines), "ab")
      server:get("/ring?topic=" .. topic)
    end
    server:get("/close?topic=" .. topic .. "&text=done")
    for _, stream in ipairs(streams) do
      local lines = http.drain(stream)
      assert.equal(4001, #lines)
      for i = 1, 4000 do
        if lines[i] ~= "stdout line " .. i then assert.equal("stdout line " .. i, lines[i]) end
      end
    end
  end)

  it("ends when the right to read it is taken away, also while the request was being answered", function()
    local right = echo.fresh("user:")
    local stream = http.events(server.address, ("/log?path=none&topic=%s&revoke=%s"):format(echo.fresh("job:"), right))
    server:get("/ring?topic=" .. right)
    assert.same({}, http.drain(stream))
    assert.equal(403, server:get("/revoked-meanwhile?revoke=" .. right).status)
  end)

  it("ends when either of the two topics rings that take the right away, and for no third", function()
    local user, session, other = echo.fresh "user:", echo.fresh "session:", echo.fresh "session:"
    local function open(pass)
      return http.events(server.address, ("/bell?topics=%s&revoke=%s,%s"):format(echo.fresh "x", user, pass))
    end
    local ends, stays = open(session), open(other)
    server:get("/ring?topic=" .. session)
    assert.same({}, http.drain(ends))
    local log = http.events(server.address,
      ("/log?path=none&topic=%s&revoke=%s,%s"):format(echo.fresh "job:", user, other))
    server:get("/ring?topic=" .. user)
    assert.same({}, http.drain(stays))
    assert.same({}, http.drain(log))
  end)

  it("holds no Lua state, and does not wait for a reader that reads nothing", function()
    local lines = {}
    local filling = (" that fills the buffers of the sockets"):rep(50)
    for i = 1, 8000 do lines[i] = ("1 O a line%s %d\n"):format(filling, i) end
    server:write("slow", table.concat(lines))
    local slow = {}
    for i = 1, 6 do slow[i] = http.events(server.address, "/log?path=slow&ended=x") end
    assert.equal("hello\n", server:get("/hello").body)
    assert.equal(8001, #http.drain(http.events(server.address, "/log?path=slow&ended=x")))
    for _, stream in ipairs(slow) do stream.close() end
  end)

  it("can be had as plain text up to its present end", function()
    server:write("text", "1 O one\n2 E two\n3 O thr")
    local response = server:get("/log?path=text&kind=text")
    assert.equal("text/plain; charset=utf-8", response.headers["content-type"])
    assert.equal("one\ntwo\nthr\n", response.body)
    assert.equal("two\nthr\n", server:get("/log?path=text&kind=text&from=8").body)
    assert.equal("", server:get("/log?path=missing&kind=text").body)
  end)

  it("answers HEAD with its headers only", function()
    local text = server:raw("HEAD /log?path=x&ended=y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert.matches("^HTTP/1.1 200 ", text)
    assert.matches("\r\n\r\n$", text)
  end)

  it("is refused when the handler describes it badly", function()
    for _, path in ipairs { "/log?path=x", "/log?path=x&ended=y&kind=odd", "/log?path=x&ended=y&format=odd",
      "/log?path=x&ended=a%0ab", "/log?path=x&topic=t&topics=1,2,3,4,5,6,7,8", "/bell?topics=1,2,3,4,5,6,7,8,9",
      "/bell?topics=" .. ("x"):rep(129), "/bell?topics=x&revoke=a,b,c", "/bell?topics=," } do
      assert.equal(500, server:get(path).status)
    end
  end)
end)

-- One client, from one port, to two addresses of the service, one after the other; prints the status each is answered
-- with. Both connected at once might both be refused, as the service cannot tell which is which.
local TWINS <const> = [[
  use strict; use IO::Socket::INET;
  my $port = shift; my $from = 0; my @open;
  $SIG{ALRM} = sub { print "no answer"; exit };
  alarm 10;
  for my $address ("127.0.0.1", "127.0.0.2") {
    push @open, IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $from, PeerAddr => $address,
      PeerPort => $port, Proto => "tcp", ReuseAddr => 1) or die "$address: $@";
    my $socket = $open[-1];
    $from = $socket->sockport;
    print $socket "GET /bell?topics=t HTTP/1.1\r\nHost: x\r\n\r\n";
    my $text = "";
    while ($text !~ /: open\n\n|soon/) { sysread $socket, $text, 4096, length $text or last }
    print $text =~ / (\d+) /, " ";
  }
]]

describe("A stream", function()
  it("never goes to another connection of the same client's port: of two alike one is refused", function()
    local server <close> = echo.start { listen_ip = "0.0.0.0" }
    local told = proc.run { argv = { "perl", "-e", TWINS, server.address:match("%d+$") }, timeout_ms = 20000 }
    assert.equal("200 503 ", told.stdout .. told.stderr)
  end)
end)

describe("A bell", function()
  local server
  setup(function() server = echo.start() end)
  teardown(function() server:close() end)

  it("says which of its topics rang", function()
    local a, b = echo.fresh("a:"), echo.fresh("b:")
    local stream = http.events(server.address, ("/bell?topics=%s,%s"):format(a, b))
    server:get("/ring?topic=" .. b)
    assert.same({ "changed", b }, { (function() local e = stream.next() return e.event, e.data end)() })
    server:get("/ring?topic=elsewhere")
    server:get("/ring?topic=" .. a)
    assert.equal(a, stream.next().data)
    stream.close()
  end)

  it("gathers a burst of rings, and still tells of the last", function()
    local topic, last = echo.fresh("burst:"), echo.fresh("last:")
    local stream = http.events(server.address, ("/bell?topics=%s,%s"):format(topic, last))
    local connection <close> = http.open(server.address)
    for _ = 1, 200 do connection:request("GET", "/ring?topic=" .. topic) end
    local events = 1
    assert.equal(topic, stream.next().data)
    connection:request("GET", "/ring?topic=" .. topic)
    connection:request("GET", "/ring?topic=" .. last)
    local seen = {}
    while not (seen[last] and seen[topic]) do
      seen[stream.next().data] = true
      events = events + 1
    end
    assert.is_true(events < 50)
    stream.close()
  end)
end)

describe("Places for streams", function()
  local server
  setup(function() server = echo.start { workers = 8, streams = 3 } end)
  teardown(function() server:close() end)

  it("run out with 503 and Retry-After while pages are still served, and come back when readers leave", function()
    local streams = {}
    for i = 1, 3 do
      streams[i] = http.events(server.address, "/bell?topics=x")
      assert.equal(200, streams[i].response.status)
    end
    local refused = server:get("/bell?topics=x")
    assert.equal(503, refused.status)
    assert.equal("5", refused.headers["retry-after"])
    assert.equal("hello\n", server:get("/hello").body)
    streams[1].close()
    service.eventually("a free place", function()
      local stream = http.events(server.address, "/bell?topics=x")
      stream.close()
      return stream.response.status == 200
    end)
    streams[2].close()
    streams[3].close()
  end)

  it("come back when the right of a reader that reads nothing is taken away", function()
    local one <close> = echo.start { streams = 1 }
    one:write("large", ("1 O a line that fills the buffers of the sockets\n"):rep(400000))
    local slow = http.events(one.address, "/log?path=large&ended=x&revoke=user:1")
    assert.equal(200, slow.response.status)
    assert.equal(503, one:get("/bell?topics=x").status)
    one:get("/ring?topic=user:1")
    service.eventually("a free place", function()
      local stream = http.events(one.address, "/bell?topics=x")
      stream.close()
      return stream.response.status == 200
    end)
    slow.close()
  end)
end)
