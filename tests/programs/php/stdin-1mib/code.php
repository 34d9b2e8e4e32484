<?php
$bytes = $lines = 0;
while (($line = fgets(STDIN)) !== false) {
    $bytes += strlen($line);
    $lines++;
}
echo "$bytes bytes, $lines lines\n";
