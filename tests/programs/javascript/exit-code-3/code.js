console.log("said");
process.exitCode = 3;
