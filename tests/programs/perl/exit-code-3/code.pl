print "said\n";
exit 3;
