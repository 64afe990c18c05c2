# Holds every process of a job. Orphans of the job become children of this process, whatever session or environment they made
# for themselves, so that the emulator finds all of them below it. It ends them itself when the emulator is gone.
# Arguments: numbers of the system calls prctl and setsid, seconds between TERM and KILL, variables for the command alone, --,
# and the command. Standard input ends with the emulator. Standard output is the job's. Standard error tells the emulator
# "holds", "started" once the command can be found and receives signals, and, when it has ended, "ended" and its exit code.
use strict;
my ($prctl, $setsid, $grace) = map { $_ + 0 } @ARGV[0 .. 2];
my @rest = @ARGV[3 .. $#ARGV];
my %more;
while ((my $word = shift @rest) ne '--') { $more{$1} = $2 if $word =~ /^([^=]+)=(.*)$/s; }
my @command = @rest;
my @signals = qw(TERM INT HUP QUIT PIPE);
$SIG{$_} = 'IGNORE' for @signals;
syswrite(STDERR, "holds\n") if syscall($prctl, 36, 1, 0, 0, 0) == 0; # PR_SET_CHILD_SUBREAPER
pipe(my $woken, my $wake) or die;
pipe(my $begun, my $begins) or die; # The command's start closes it, as every pipe that is not a standard stream.
$SIG{CHLD} = sub { syswrite($wake, "."); };
my $child = fork;
die "cannot fork: $!" unless defined $child;
if ($child == 0) {
    $SIG{$_} = 'DEFAULT' for @signals, 'CHLD';
    open STDIN, '<', '/dev/null';
    open STDERR, '>&', \*STDOUT;
    syscall($setsid);
    $ENV{$_} = $more{$_} for keys %more;
    exec { $command[0] } @command;
    print STDOUT "$command[0] could not be started: $!\n";
    exit 126;
}
close STDOUT;
close $begins;
1 until defined sysread($begun, my $none, 1); # A signal interrupts it.
syswrite(STDERR, "started\n");

sub reap {
    while ((my $ended = waitpid(-1, 1)) > 0) {
        my $code = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        syswrite(STDERR, "ended $code\n") if $ended == $child;
    }
}

sub alive {
    my (%parent, %found);
    for my $file (glob '/proc/[0-9]*/stat') {
        open(my $stat, '<', $file) or next;
        my $line = do { local $/; <$stat> };
        next unless defined $line and $line =~ /^(\d+) \(.*\) (\S) (\d+)/s;
        $parent{$1} = $3 unless $2 eq 'Z' or $2 eq 'X';
    }
    $found{$$} = 1;
    my $grown = 1;
    while ($grown) {
        $grown = 0;
        for my $id (keys %parent) {
            if (!$found{$id} and $found{$parent{$id}}) { $found{$id} = 1; $grown = 1; }
        }
    }
    delete $found{$$};
    return keys %found;
}

while (1) {
    reap();
    my $ready = '';
    vec($ready, fileno(STDIN), 1) = 1;
    vec($ready, fileno($woken), 1) = 1;
    next unless select($ready, undef, undef, 1) > 0;
    sysread($woken, my $ignored, 1024) if vec($ready, fileno($woken), 1);
    last if vec($ready, fileno(STDIN), 1) and !sysread(STDIN, my $nothing, 1024);
}
my ($end, %told) = (time + $grace);
while (my @left = alive()) {
    my $is_over = time >= $end;
    for my $id (@left) { kill($is_over ? 'KILL' : 'TERM', $id) if $is_over or !$told{$id}++; }
    reap();
    select(undef, undef, undef, 0.05);
}
