<?php // rule: php-process
namespace app;
\system('ls');
