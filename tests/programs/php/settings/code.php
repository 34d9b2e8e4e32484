<?php
declare(strict_types=1);
$needed = array_filter(["json", "ctype", "mbstring", "pcre"], "extension_loaded");
echo (int)(ini_get("memory_limit") === "-1"), " ", implode(" ", $needed), "\n";
var_dump(mb_strtolower("É"));
