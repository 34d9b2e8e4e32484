<?php // rule: php-process
$listing = `ls -l`;
echo $listing;
