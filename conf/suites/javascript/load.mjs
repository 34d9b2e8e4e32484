// What suite.js has the test runner load: the exercise's files, one after the other. The runner alone would pass over one
// that fails in the midst of registering its tests.
import suite from "./suite.js";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

for (const file of suite.files) {
  try {
    await import(pathToFileURL(file));
  } catch (error) {
    suite.problems.push(`${file}: ${inspect(error)}`);
  }
}
