<?php // rule: php-remote
$line = curl_init("http://example.org");
curl_exec($line);
