const password = process.argv[2];
const secret = "";
const tokens = { access_token: null, apiKey: "<your key>" };
console.log(password, secret, tokens.access_token, "password: " + "x");
