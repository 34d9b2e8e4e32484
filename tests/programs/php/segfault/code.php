<?php
posix_kill(posix_getpid(), 11);
