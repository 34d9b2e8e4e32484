<?php // rule: php-include
include $_GET['page'];
