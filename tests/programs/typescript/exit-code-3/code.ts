console.log("said");
process.exit(3);
