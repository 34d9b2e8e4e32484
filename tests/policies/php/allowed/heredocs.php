<?php
$name = 'x';
echo <<<TEXT
  exec("ls") `ls` {$name}
  TEXT . <<<'RAW'
eval("1") {$name->exec("x")}
RAW;
