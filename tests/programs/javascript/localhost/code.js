const server = require("http").createServer((_, response) => response.end("hello from localhost"));
server.listen(3000, async () => {
    console.log(await (await fetch("http://localhost:3000/")).text());
    server.closeAllConnections();
    server.close();
});
