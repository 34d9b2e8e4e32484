<?php
$data = json_decode('{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}', true);
$name = json_encode($data["name"], JSON_UNESCAPED_UNICODE);
printf("{\"sum\": %d, \"name\": %s}\n", array_sum($data["numbers"]), $name);
echo preg_replace('/(\p{L}+)@(\w+)\.org/u', '$2 has $1', "zoë@example.org"), "\n";
