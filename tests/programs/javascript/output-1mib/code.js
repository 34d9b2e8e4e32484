process.stdout.write("0123456789abcdef".repeat(65536));
