print <<A . <<'B';
system("ls");
A
open(FILE, "x"); `ls`
B
print <<~C;
    exec "ls";
    C
print 1 << 2;
