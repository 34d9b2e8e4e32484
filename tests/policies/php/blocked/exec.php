<?php // rule: php-process
exec("ls", $lines);
print_r($lines);
