<?php
echo "said\n";
exit(3);
