<?php
echo "not reached";
if (true { echo "x"; }
