<?php
$reached = 0;
foreach (array_slice($argv, 1) as $target) {
    [$host, $port] = explode(":", $target);
    $reached += (bool)@fsockopen($host, (int)$port, timeout: 0.2);
}
printf("%d tried, %d reached, %d names\n", $argc - 1, $reached, count(gethostbynamel("debian.org") ?: []));
