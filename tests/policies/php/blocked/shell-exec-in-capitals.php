<?php // rule: php-process
echo Shell_Exec ("ls");
