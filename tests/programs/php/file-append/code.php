<?php
file_put_contents("notes.txt", "first Ä\n");
file_put_contents("notes.txt", "second\n", FILE_APPEND);
echo file_get_contents("notes.txt");
