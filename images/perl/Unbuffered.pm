# Loaded before each program: a pipe is buffered until the end, which a program that runs into its time limit does not see.
package Sandpool::Unbuffered;
$| = 1;
$! = 0; # die makes it the exit code
1;
