print "before\n";
sleep 1000;
