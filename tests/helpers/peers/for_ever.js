// A server in Node, made from the contract alone: it serves every client, drops a silent or slow one after
// argv[2] seconds, and prints its port.
"use strict";
const net = require("node:net");

const LIMIT_MS = 1000 * Number(process.argv[2]);
const greeting = Buffer.from("You may ask for: TIME, NAME, RAND or EXIT".padEnd(48), "latin1");
const answers = { TIME: () => "שעה טובה", NAME: () => "node", RAND: () => "4" };

function framed(text) {
  const body = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(String(body.length).padStart(4, "0"), "latin1"), body]);
}

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (sock) => {
  let stream = Buffer.alloc(0), met = false, timer;
  const restart = () => { clearTimeout(timer); timer = setTimeout(() => sock.resetAndDestroy(), LIMIT_MS); };
  const goOn = () => {
    for (;;) {
      const size = met ? 4 : 2;
      if (stream.length < size || sock.writableNeedDrain || sock.destroyed) return;
      const field = stream.toString("latin1", 0, size);
      stream = stream.subarray(size);
      restart(); // a field is whole: the next one has its own time
      if (!met && field !== "Hi") return void sock.destroy();
      if (met && field === "EXIT") return void sock.end(() => sock.destroy());
      sock.write(met ? framed(Object.hasOwn(answers, field) ? answers[field]() : `unknown: ${field}`) : greeting);
      met = true;
    }
  };
  restart();
  sock.on("data", (piece) => {
    stream = Buffer.concat([stream, piece]);
    goOn();
    if (sock.writableNeedDrain) sock.pause();
  });
  sock.on("drain", () => { sock.resume(); restart(); goOn(); });
  sock.on("end", () => sock.end());
  sock.on("close", () => clearTimeout(timer));
  sock.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume(); // it ends with whoever started it
