// A client in Node: node client.js PORT REQUEST...
// Prints one line of JSON: the greeting, the answers, and how the stream ended.
"use strict";
const net = require("node:net");

const [port, ...requests] = process.argv.slice(2);
const seen = { greeting: null, answers: [], ended: null };
let stream = Buffer.alloc(0);

const sock = net.connect({ host: "127.0.0.1", port: Number(port) }, () => sock.write("Hi"));
sock.setNoDelay(true);
sock.setTimeout(10000, () => sock.destroy(new Error("silence")));

function ask() {
  if (requests.length > 0) sock.write(requests.shift());
}

sock.on("data", (piece) => {
  stream = Buffer.concat([stream, piece]);
  for (;;) {
    if (seen.greeting === null) {
      if (stream.length < 48) return;
      seen.greeting = stream.toString("latin1", 0, 48);
      stream = stream.subarray(48);
    } else {
      if (stream.length < 4) return;
      const due = 4 + Number(stream.toString("latin1", 0, 4));
      if (stream.length < due) return;
      seen.answers.push(stream.toString("utf8", 4, due));
      stream = stream.subarray(due);
    }
    ask();
  }
});
sock.on("end", () => { seen.ended = "end of stream"; });
sock.on("error", (error) => { seen.ended = error.message; });
sock.on("close", () => console.log(JSON.stringify(seen)));
