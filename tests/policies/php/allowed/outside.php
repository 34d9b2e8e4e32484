<p>exec("ls") `ls` it's</p>
<?php echo 1; ?>
<p>eval("1")</p>
<?= 2 ?>
system("ls")
