<?php
$written = [];
foreach ([...array_slice($argv, 1), "/workspace/x", "/tmp/x", "/dev/shm/x"] as $path) {
    if (@file_put_contents($path, "x", FILE_APPEND)) {
        $written[] = $path;
    }
}
echo "written: ", implode(" ", $written), "\n";
