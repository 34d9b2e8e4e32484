<?php // rule: php-eval
echo eval('return 6 * 7;');
