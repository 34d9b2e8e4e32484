print "done\n";
