# Holds every process of a job. Orphans of the job become children of this process, whatever session or environment they made
# for themselves, so that the emulator finds all of them below it. It ends them itself when the emulator is gone.
# Arguments: numbers of the system calls prctl and setsid, seconds between TERM and KILL, variables for the command alone, --,
# and the command. Standard input ends with the emulator, or after a line when it lets this process go: then what is left is killed
# at once. Standard output is the job's. Standard error tells the emulator "holds", "started" once the command can be found and
# receives signals, and, when it has ended, "ended" and its exit code.
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
$SIG{CHLD} = sub { syswrite($wake, "."); };
my $child = fork;
die "cannot fork: $!" unless defined $child;
if ($child == 0) {
    $SIG{$_} = 'DEFAULT' for @signals, 'CHLD';
    open STDIN, '<', '/dev/null';
    syscall($setsid);
    syswrite(STDERR, "started\n"); # By this process, as the command may stop the other one at once.
    open STDERR, '>&', \*STDOUT;
    $ENV{$_} = $more{$_} for keys %more;
    exec { $command[0] } @command;
    print STDOUT "$command[0] could not be started: $!\n";
    exit 126;
}
close STDOUT;

# Returns 0 while children run, and -1 when none is left: of all children for -1, of those in a process group for its negative id.
# Orphans of the job are children too, so this is exact, unlike a walk through /proc: a process that starts another one and ends
# at once is in neither place when it is looked for.
sub reap {
    my ($which) = @_;
    my $ended;
    while (($ended = waitpid($which, 1)) > 0) {
        my $code = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        syswrite(STDERR, "ended $code\n") if $ended == $child;
    }
    return $ended;
}

my %groups = ($child => 1); # the process groups of the job that were seen

# Finds the processes below this one. A child is signalled as soon as it is read: one that forks and ends is gone a moment later.
sub alive {
    my ($signalled) = @_;
    my (%parent, %found);
    opendir(my $processes, '/proc') or die "cannot read /proc: $!";
    for my $id (sort { $b <=> $a } grep { /^\d+$/ } readdir $processes) {
        open(my $stat, '<', "/proc/$id/stat") or next;
        my $line = do { local $/; <$stat> };
        next unless defined $line and $line =~ /^\d+ \(.*\) (\S) (\d+) (\d+)/s;
        next if $1 eq 'Z' or $1 eq 'X';
        $parent{$id} = $2;
        next unless $2 == $$;
        $groups{$3} = 1;
        $signalled->($id);
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

my $is_released = 0; # The emulator has ended what it found, with a time to end, and whatever is left has none.
while (1) {
    reap(-1);
    my $ready = '';
    vec($ready, fileno(STDIN), 1) = 1;
    vec($ready, fileno($woken), 1) = 1;
    next unless select($ready, undef, undef, 1) > 0;
    sysread($woken, my $ignored, 1024) if vec($ready, fileno($woken), 1);
    next unless vec($ready, fileno(STDIN), 1);
    last unless sysread(STDIN, my $released, 1024);
    $is_released = 1;
}
my ($end, %told) = ($is_released ? 0 : time + $grace);
while (reap(-1) != -1) {
    my $is_over = time >= $end;
    my $signal = sub { kill($is_over ? 'KILL' : 'TERM', $_[0]) if $is_over or !$told{$_[0]}++; };
    $signal->($_) for alive($signal);
    # No process forks out of a group while the group is killed. A child of this process in it shows that the id is the job's.
    for my $group ($is_over ? keys %groups : ()) { kill('KILL', -$group) if $group != getpgrp and reap(-$group) == 0; }
    select(undef, undef, undef, $is_over ? 0.005 : 0.05);
}
