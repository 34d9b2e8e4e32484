for (;;) process.stdout.write('@TOKEN@\n');
