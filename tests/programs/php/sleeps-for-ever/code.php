<?php
echo "before\n";
sleep(1000);
