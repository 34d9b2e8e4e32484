<?php
echo "before\n";
throw new RuntimeException("the reason 42");
