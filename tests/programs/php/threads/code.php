<?php
// PHP has no threads: processes.
$children = [];
for ($i = 0; $i < 8; $i++) {
    $child = pcntl_fork();
    if ($child === 0) {
        exit($i);
    }
    $children[] = $child;
}
$sum = 0;
foreach ($children as $child) {
    pcntl_waitpid($child, $status);
    $sum += pcntl_wexitstatus($status);
}
echo $sum, "\n";
