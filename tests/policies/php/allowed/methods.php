<?php
class Runner {
    public $exec = 1;
    public function exec($x) { return $x; }
    public static function system($x) { return $x; }
}
$r = new Runner;
echo $r->exec(1), Runner::system(2), $r?->exec(3), $r->exec;
function evaluate($x) { return $x; }
echo evaluate(4);
