// rule: javascript-fs
import("fs").then((fs) => console.log(fs.readdirSync(".")));
