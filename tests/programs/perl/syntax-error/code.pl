print "not reached\n";

if (1 { print "x"; }
