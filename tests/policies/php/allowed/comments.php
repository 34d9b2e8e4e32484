<?php
// exec("ls")
# system("ls")
/* eval("1"); `ls` */
#[Pure]
function f() { return 1; }
echo f();
