<?php
function check(bool $right): void
{
    $right || throw new Exception("wrong");
}
check((int)date("Y") >= 2025);
$before = hrtime(true);
usleep(10000);
check(hrtime(true) - $before >= 10000000);
for ($i = 0; $i < 1000; $i++) {
    $n = random_int(1, 6);
    check($n >= 1 && $n <= 6);
    check(mt_rand(1, 6) <= 6);
}
check(bin2hex(random_bytes(16)) !== bin2hex(random_bytes(16)));
echo "time and random\n";
