for (let i = 0; i < 16; i++) process.stdout.write("0123456789abcdef".repeat(4096));
