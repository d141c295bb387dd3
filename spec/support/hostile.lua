-- What a hostile build or game tries inside its sandbox, as lines of bash that print "could …" for what they can.
local proc = require "host.proc"

local M = {}

-- System calls by number (x86-64), with harmless arguments: each would do something, or find fault with those.
local CALLS = [[perl -e '
  my %calls = (add_key => [248, "user", "planted", "x", 1, -3], request_key => [249, "user", "none", 0, 0],
    keyctl => [250, 0, -3, 0], bpf => [321, 0, 0, 0], perf_event_open => [298, 0, 0, 0, 0, 0],
    userfaultfd => [323, 1], io_uring_setup => [425, 1, 0], unshare => [272, 0x10000000],
    x32 => [0x40000000 | 250, 0, -3, 0]);
  for my $name (sort keys %calls) {
    my ($number, @arguments) = @{$calls{$name}};
    $! = 0;
    my $result = syscall($number, @arguments);
    print "could $name ($result, $!)\n" unless $result == -1 && ($!{EPERM} || $!{ENOSPC});
  }']]

local CONNECT = [[perl -MSocket -e '
  socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;
  print connect($s, pack_sockaddr_un("\0%s")) ? "could connect\n" : "no: $!\n"']]

local LISTEN = [[
  socket(my $s, AF_UNIX, SOCK_STREAM, 0);
  bind($s, pack_sockaddr_un("\0$ARGV[0]")) && listen($s, 5) or die "$!";
  $| = 1; print "ready\n"; <STDIN>]]

--- Places in memory that may grow without end. The overlay lies where the state directory does and is measured.
M.unbounded = [[while read -r _ _ _ _ place options rest; do
    [ "$place" = /overlay ] && continue
    case "$options/$rest" in rw*" tmpfs "*) case $rest in *size=*) ;; *) echo "could fill $place" ;; esac ;; esac
  done </proc/self/mountinfo]]

--- Places whose programs could make someone else of who runs them, or whose devices are the host's.
M.powers = [[while read -r _ _ _ _ place options _; do
    case ,$options, in *,nosuid,*) ;; *) echo "could be someone else in $place" ;; esac
    case ,$options,$place in *,nodev,*|*,/dev/*) ;; *) echo "could have devices in $place" ;; esac
  done </proc/self/mountinfo]]

--- Calls that no namespace divides; nil where this host's numbers are others.
-- @return string|nil
function M.calls()
  local machine = proc.run { argv = { "uname", "-m" }, timeout_ms = 5000 }.stdout
  return machine == "x86_64\n" and CALLS or nil
end

--- A 32-bit program that asks for its session keyring and exits with the errno.
-- @return string an ELF file
function M.program_of_32_bits()
  local code = "\xB8\x20\x01\0\0\xBB\0\0\0\0\xB9\xFD\xFF\xFF\xFF\x31\xD2\xCD\x80" -- keyctl(0, -3, 0)
    .. "\xF7\xD8\x89\xC3\xB8\x01\0\0\0\xCD\x80" -- exit(-result)
  local base <const>, header <const> = 0x08048000, 84
  return "\x7FELF\1\1\1" .. ("\0"):rep(9)
    .. ("<I2I2I4I4I4I4I4I2I2I2I2I2I2"):pack(2, 3, 1, base + header, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    .. ("<I4I4I4I4I4I4I4I4"):pack(1, 0, base, base, header + #code, header + #code, 5, 4096) .. code
end

--- Listen on an abstract Unix socket of the host, to be reached for from inside.
-- @param name string
-- @return host.proc handle to close
-- @return string lines of bash
function M.listen(name)
  local listener = assert(proc.spawn { argv = { "perl", "-MSocket", "-e", LISTEN, name }, stdin = "pipe",
    stdout = "pipe", stderr = "inherit" })
  require("spec.support.service").eventually("the listener", function()
    return (listener:read("stdout", 64) or ""):find "ready"
  end)
  return listener, CONNECT:format(name)
end

return M
