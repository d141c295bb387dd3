# Tries to get out of a build's sandbox in every way we know, and prints "can …" for each that worked, "tried …" at the
# end. Run nowhere but in a sandbox: what works is done.
# Usage: perl escape.pl IP… (of the host, with a TCP listener on port 7007; "+" before one marks it as public)
use strict;
use warnings;
use Socket;
use Fcntl;
use POSIX ();

$| = 1;
my $tried = 0;

# One attempt: a name, and code that is true when it worked.
sub try_to {
    my ($name, $code) = @_;
    $tried++;
    local $SIG{ALRM} = sub { die "time\n" };
    my $worked = eval { alarm 5; my $result = $code->(); alarm 0; $result };
    alarm 0;
    print "can $name\n" if $worked;
}

# The same in a child, for what may kill or change whoever does it.
sub try_apart {
    my ($name, $code) = @_;
    try_to($name, sub {
        my $pid = fork // return 0;
        if (!$pid) { POSIX::_exit((eval { $code->() }) ? 0 : 1) }
        waitpid $pid, 0;
        return $? == 0;
    });
}

sub read_some { my ($path) = @_; open(my $file, '<', $path) or return 0; my $bytes; return read($file, $bytes, 1) }
sub write_new { my ($path) = @_; sysopen(my $file, $path, O_WRONLY | O_CREAT | O_EXCL) or return 0; unlink $path; return 1 }
sub open_to_write { my ($path) = @_; return -e $path && sysopen(my $file, $path, O_WRONLY | O_APPEND) }
sub has_entries { my ($path) = @_; opendir(my $dir, $path) or return 0; return scalar grep { !/^\.\.?$/ } readdir $dir }

# --- what is there to read
try_to("read $_", sub { read_some($_) }) for qw(/etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/sudoers /etc/hostname
    /etc/machine-id /etc/left4me/host.env /etc/left4me/web.env /var/lib/left4me/left4me.db /var/lib/left4me/secret_key
    /proc/kcore /proc/kmsg /dev/kmsg /dev/mem /dev/vda /dev/sda /proc/1/environ /proc/1/maps /proc/1/mem
    /sys/kernel/security/lsm /sys/kernel/debug/sched_debug /root/.bash_history /etc/ssh/sshd_config);
try_to("list $_", sub { has_entries($_) }) for qw(/home /root /srv /opt /mnt /media /boot /var/lib /var/lib/left4me
    /var/lib/left4me/overlays /var/log /var/log/journal /run/log/journal /run/systemd /run/dbus /run/left4me /run/user
    /etc/left4me /etc/systemd /etc/polkit-1 /etc/ssh /proc/1/root /proc/1/cwd /proc/1/fd /lost+found);

# --- what is there to write
try_to("write into $_", sub { write_new("$_/left4me-escape.$$") }) for qw(/ /usr /usr/bin /usr/local/lib/left4me /etc /etc/ld.so.conf.d
    /var /var/lib /var/lib/left4me /var/tmp /run /boot /opt /home /root /srv /dev /dev/shm /proc /sys /sys/fs/cgroup /tmp /overlay .);
try_to("open $_ to write", sub { open_to_write($_) }) for qw(/script.sh /etc/ld.so.cache /etc/resolv.conf /bin/bash /usr/bin/bash
    /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/net/ipv4/ip_forward /proc/sys/user/max_user_namespaces
    /proc/sysrq-trigger /sys/kernel/uevent_helper /sys/power/state /sys/fs/cgroup/cgroup.procs
    /sys/fs/cgroup/memory.max /proc/1/oom_score_adj);

# --- other processes: our own are those of our session leader's children
my %ours = map { $_ => 1 } ($$, getppid());
sub strangers {
    opendir(my $dir, '/proc') or return ();
    return grep { /^\d+$/ && !$ours{$_} && (stat "/proc/$_") && (stat _)[4] != $> } readdir $dir;
}
try_to('see processes of others', sub { scalar strangers() });
try_to('signal process 1', sub { kill 0, 1 });
try_to('trace process 1', sub { syscall(101, 0x4206, 1, 0, 0) == 0 });      # PTRACE_SEIZE: it stops nobody
try_to('find a process of left4me to signal', sub {
    my $found = 0;
    for my $pid (2 .. 4000) { next if $ours{$pid} || !kill(0, $pid); my @stat = stat "/proc/$pid"; $found = 1 if !@stat || $stat[4] != $> }
    return $found;
});

# --- namespaces, mounts, devices, identity
my %clone = (user => 0x10000000, mount => 0x00020000, pid => 0x20000000, net => 0x40000000, ipc => 0x08000000, uts => 0x04000000,
    cgroup => 0x02000000);
for my $kind (sort keys %clone) { try_apart("make a $kind namespace", sub { syscall(272, $clone{$kind}) == 0 }) }
try_apart('clone into a user namespace', sub { my $pid = syscall(56, 0x10000000 | 17, 0, 0, 0, 0); POSIX::_exit(0) if $pid == 0; $pid > 0 });
try_apart('mount a tmpfs', sub { my ($none, $to, $type) = ('none', '/tmp', 'tmpfs'); syscall(165, $none, $to, $type, 0, 0) == 0 });
try_apart('bind the overlay elsewhere', sub { my ($from, $to) = ('/overlay', '/tmp'); my $z = ''; syscall(165, $from, $to, $z, 4096, 0) == 0 });
try_apart('unmount the overlay', sub { my $path = '/overlay'; syscall(166, $path, 2) == 0 });
try_apart('open a file system (fsopen)', sub { my $type = 'tmpfs'; syscall(430, $type, 0) >= 0 });
try_apart('clone a mount (open_tree)', sub { my $path = '/overlay'; syscall(428, -100, $path, 1) >= 0 });
try_apart('change the root', sub { chroot '/tmp' });
try_apart('make a device', sub { my $path = '/overlay/escape-device'; my $done = syscall(133, $path, 0020666, (1 << 8) | 3) == 0; unlink $path; $done });
try_apart('become root', sub { $> = 0; $> == 0 });
try_apart('become another user', sub { syscall(105, 1000) == 0 && $> == 1000 });
try_apart('drop groups', sub { syscall(116, 0, 0) == 0 });
try_apart('make a file setuid', sub { my $path = '/overlay/escape-suid'; open(my $f, '>', $path); my $done = chmod(04755, $path) && ((stat $path)[2] & 04000); unlink $path; $done });
try_apart('give a file to root', sub { my $path = '/overlay/escape-chown'; open(my $f, '>', $path); my $done = chown(0, 0, $path); unlink $path; $done });
try_apart('gain by a setuid program', sub { -u '/usr/bin/su' && `/usr/bin/mount --version >/dev/null 2>&1; /usr/bin/su -c id 2>/dev/null` =~ /uid=0/ });
try_to('use a capability', sub { open(my $f, '<', '/proc/self/status') or return 0; my $s = join '', <$f>; $s =~ /CapEff:\s*0*[1-9a-f]/ || $s =~ /CapBnd:\s*0*[1-9a-f]/ || $s =~ /CapAmb:\s*0*[1-9a-f]/ });
try_to('gain new privileges', sub { open(my $f, '<', '/proc/self/status') or return 1; my $s = join '', <$f>; $s !~ /NoNewPrivs:\s*1/ });
try_to('do without seccomp', sub { open(my $f, '<', '/proc/self/status') or return 1; my $s = join '', <$f>; $s !~ /Seccomp:\s*2/ });

# --- ways into the kernel
my $buffer = "\0" x 256;
try_apart('use bpf', sub { syscall(321, 0, $buffer, 128) >= 0 });
try_apart('use io_uring', sub { syscall(425, 4, $buffer) >= 0 });
try_apart('use userfaultfd', sub { syscall(323, 1) >= 0 });
try_apart('use perf events', sub { syscall(298, $buffer, 0, -1, -1, 0) >= 0 });
try_apart('reach kernel keys', sub { my ($type, $name, $data) = ('user', 'escape', 'x'); syscall(248, $type, $name, $data, 1, -3) >= 0 });
try_apart('load a module', sub { my $empty = ''; syscall(175, $buffer, 256, $empty) == 0 });
try_apart('load a kernel (kexec)', sub { syscall(246, 0, 0, 0, 0) == 0 });
try_apart('reboot', sub { syscall(169, 0xfee1dead, 672274793, 0x89abcdef, 0) == 0 });   # LINUX_REBOOT_CMD_CAD_ON
try_apart('set the clock', sub { syscall(164, pack('qq', time, 0), 0) == 0 });
try_apart('set the host name', sub { my $name = 'escaped'; syscall(170, $name, 7) == 0 });
try_apart('read the kernel log', sub { syscall(103, 3, $buffer, 256) >= 0 });
try_apart('use another personality', sub { syscall(135, 0x0008) >= 0 });
try_apart('raise its priority', sub { syscall(141, 0, 0, -10) == 0 });
try_apart('run in real time', sub { syscall(144, 0, 1, pack('i', 1)) == 0 });
try_apart('map memory to write and run', sub { syscall(9, 0, 4096, 7, 0x22, -1, 0) >= 0 });
try_apart('swap', sub { my $path = '/overlay'; syscall(167, $path, 0) == 0 });
try_apart('trace a child', sub { my $pid = fork // return 0; if (!$pid) { sleep 3; POSIX::_exit(0) } my $done = syscall(101, 0x4206, $pid, 0, 0) == 0; kill 9, $pid; $done });

# --- sockets
my %family = (netlink => 16, packet => 17, vsock => 40, bluetooth => 31, alg => 38, key => 15, xdp => 44);
for my $name (sort keys %family) { try_to("open a $name socket", sub { socket(my $s, $family{$name}, SOCK_RAW, 0) || socket(my $t, $family{$name}, SOCK_DGRAM, 0) || socket(my $u, $family{$name}, SOCK_STREAM, 0) }) }
try_to('open a raw IP socket', sub { socket(my $s, PF_INET, SOCK_RAW, 1) });
try_to("reach the socket $_", sub { my $s; socket($s, PF_UNIX, SOCK_STREAM, 0) && connect($s, sockaddr_un($_)) }) for qw(/run/dbus/system_bus_socket
    /run/systemd/private /run/systemd/journal/stdout /run/systemd/notify /var/lib/left4me/console.sock /run/polkit/agent-helper.socket /run/user/0/bus);
for my $address (@ARGV) {
    my ($public, $ip) = $address =~ /^(\+?)(.*)$/;
    my $six = $ip =~ /:/;
    my $packed = Socket::inet_pton($six ? AF_INET6 : AF_INET, $ip);
    my $to = $six ? Socket::pack_sockaddr_in6(7007, $packed) : sockaddr_in(7007, $packed);
    try_to(($public ? 'reach the public ' : 'reach the private ') . $ip . ' by TCP', sub { my $s; socket($s, $six ? PF_INET6 : PF_INET, SOCK_STREAM, 0) && connect($s, $to) });
    try_to(($public ? 'reach the public ' : 'reach the private ') . $ip . ' by UDP', sub { my $s; socket($s, $six ? PF_INET6 : PF_INET, SOCK_DGRAM, 0) && send($s, "escape", 0, $to) });
}

# --- what was left lying about
try_to('see a descriptor that is not its own', sub { opendir(my $d, '/proc/self/fd') or return 0; my @odd = grep { /^\d+$/ && $_ > 2 && (readlink("/proc/self/fd/$_") // '') !~ m{^/proc/\d+/fd$|escape|^/script\.sh$} } readdir $d; scalar @odd });
try_to('find a secret in its environment', sub { scalar grep { /SECRET|TOKEN|KEY|PASSWORD|CREDENTIALS|NOTIFY/ } keys %ENV });
try_to('run systemctl', sub { `systemctl is-system-running 2>/dev/null` =~ /\S/ && $? == 0 });
try_to('run busctl', sub { system('busctl list >/dev/null 2>&1') == 0 });

print "tried $tried\n";
