<?php
$in = fopen('php://stdin', 'r');
while (($line = fgets($in)) !== false) echo strtoupper($line);
fwrite(STDERR, file_get_contents("php://stdin"));
echo json_encode(array_map('strtoupper', ['a'])), usort($argv, 'strcmp');
require_once 'helper.php';
require __DIR__ . '/other.php';
exit(0);
