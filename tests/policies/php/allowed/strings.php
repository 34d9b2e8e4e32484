<?php
echo "system('ls')", 'exec("ls")', "it's `ls`", "\"eval(1)";
echo "$name[exec] {$count} ${other}";
