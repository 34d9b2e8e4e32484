<?php // rule: php-process
# a line ?> of text <?php system("ls");
