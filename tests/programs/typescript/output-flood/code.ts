import { writeSync } from "fs";

for (;;) writeSync(1, "x".repeat(63) + "\n");
