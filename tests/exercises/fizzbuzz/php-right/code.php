<?php
$n = (int) fgets(STDIN);
for ($i = 1; $i <= $n; $i++) {
    echo (($i % 3 ? '' : 'Fizz') . ($i % 5 ? '' : 'Buzz')) ?: $i, "\n";
}
