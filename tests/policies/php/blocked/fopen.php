<?php // rule: php-files
$file = fopen("/etc/passwd", "r");
echo fgets($file);
