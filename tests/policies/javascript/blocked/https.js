// rule: javascript-remote
const https = require("https");
https.get("https://example.org", (response) => console.log(response.statusCode));
