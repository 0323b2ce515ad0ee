// A server in Node for one client: prints its port, and at the end one line of JSON: the requests that came.
"use strict";
const net = require("node:net");

const greeting = "Ask a server in Node for: TIME or EXIT".padEnd(48);
const requests = [];
let stream = Buffer.alloc(0);
let greeted = false;

function answer(text) {
  const body = Buffer.from(text, "utf8");
  const header = Buffer.from(String(body.length).padStart(4, "0"), "latin1");
  return Buffer.concat([header, body]);
}

const server = net.createServer((sock) => {
  server.close(); // no second client
  sock.setNoDelay(true);
  sock.setTimeout(10000, () => sock.destroy());
  sock.on("error", () => {});
  sock.on("close", () => console.log(JSON.stringify(requests)));
  sock.on("data", (piece) => {
    stream = Buffer.concat([stream, piece]);
    if (!greeted) {
      if (stream.length < 2) return;
      if (stream.toString("latin1", 0, 2) !== "Hi") return void sock.destroy();
      stream = stream.subarray(2);
      greeted = true;
      for (const byte of Buffer.from(greeting, "latin1")) sock.write(Buffer.of(byte));
    }
    while (stream.length >= 4) {
      const request = stream.toString("latin1", 0, 4);
      stream = stream.subarray(4);
      requests.push(request);
      if (request === "EXIT") return void sock.end();
      sock.write(answer(request === "TIME" ? "שעה טובה" : `unknown: ${request}`));
    }
  });
});
setTimeout(() => process.exit(1), 10000).unref();
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
