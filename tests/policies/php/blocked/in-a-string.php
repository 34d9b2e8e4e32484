<?php // rule: php-process
class Shell { public $run = 'x'; }
$s = new Shell;
echo "{$s->run} and {${system('ls')}}";
