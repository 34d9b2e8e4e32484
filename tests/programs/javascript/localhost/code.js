const net = require("net");

const server = net.createServer((connection) => connection.end("hello from localhost\n"));
server.listen(3000, "localhost", () => {
    net.connect(3000, "localhost").on("end", () => server.close()).pipe(process.stdout);
});
