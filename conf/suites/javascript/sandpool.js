// The program that an exercise's tests are about, as its tests see it:
//
//   import { program } from "./sandpool.js";
//
//   program.start()            run it as a script; it goes on while the tests run
//   program.ended(seconds)     how its script ended: undefined while it runs (after waiting so long), else a text
//   program.call(name, ...)    call one of its functions with values that JSON knows; a promise of what it returns
//   program.output             what it has written to its standard output so far
//
// The program is another process (host.js), of another user, which has neither these files nor this process's descriptors.
"use strict";
const crypto = require("node:crypto");
const net = require("node:net");

const FROM_PROGRAM = 3, TO_PROGRAM = 4;
const OUTPUT_MAX = 64 * 1024, REPLY_MAX = 1024 * 1024, NUMBER_MAX = 32, CALL_SECONDS = 2;

// The program under test, at the other end of two pipes. Whatever it sends is taken for values, never for code, and
// every wait has an end.
class Program {
  #mark = Buffer.from("\x1e" + crypto.randomBytes(16).toString("hex") + " ");
  #unread = Buffer.alloc(0);
  #output = Buffer.alloc(0);
  #replies = new Map();
  #waiting = new Set();
  #asked = 0;
  #run;
  #gone = false;
  #tooLong = false; // it is in the midst of a reply that is not kept
  #out;

  constructor() {
    const from = new net.Socket({ fd: FROM_PROGRAM, readable: true, writable: false });
    from.on("data", (data) => this.#take(data));
    from.on("close", () => this.#end());
    from.on("error", () => this.#end());
    this.#out = new net.Socket({ fd: TO_PROGRAM, readable: false, writable: true });
    this.#out.on("error", () => this.#end());
    // The runner ends when nothing but them is open; whoever waits for them has a timer.
    from.unref();
    this.#out.unref();
  }

  get output() {
    return this.#output.toString("utf8");
  }

  start() {
    this.#run ??= this.#ask({ run: true });
  }

  async ended(seconds = 0) {
    this.start();
    await this.#wait(() => this.#replies.has(this.#run), seconds);
    const reply = this.#replies.get(this.#run);
    if (reply === undefined) return this.#gone ? "abruptly" : undefined;
    return "error" in reply ? "with " + reply.error : "without an error";
  }

  async call(name, ...args) {
    const number = this.#ask({ call: name, args });
    await this.#wait(() => this.#replies.has(number), CALL_SECONDS);
    const reply = this.#replies.get(number);
    this.#replies.delete(number);
    if (reply === undefined) {
      throw new Error(this.#gone ? `${name}(): the program ended itself`
        : `${name}() did not return within ${CALL_SECONDS} seconds`);
    }
    if (!("value" in reply)) throw new Error(`${name}(): ${reply.error ?? "no answer"}`);
    return reply.value;
  }

  // Give what was written behind the last reply the time to arrive.
  async settle() {
    await this.#wait(() => false, 0.01);
  }

  #ask(command) {
    this.#asked += 1;
    this.#out.write(JSON.stringify({ ...command, id: this.#asked, mark: this.#mark.toString() }) + "\n");
    return this.#asked;
  }

  #wait(enough, seconds) {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.#gone && !enough()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        resolve();
      }, seconds * 1000);
      this.#waiting.add(look);
      look();
    });
  }

  #end() {
    this.#gone = true;
    for (const look of [...this.#waiting]) look();
  }

  #take(data) {
    if (this.#tooLong) {
      const end = data.indexOf("\n");
      if (end < 0) return;
      this.#tooLong = false;
      data = data.subarray(end + 1);
    }
    this.#unread = Buffer.concat([this.#unread, data]);
    for (let at; (at = this.#unread.indexOf(this.#mark)) >= 0;) {
      const start = at + this.#mark.length, end = this.#unread.indexOf("\n", start);
      const tooLong = (end < 0 ? this.#unread.length : end) - start > REPLY_MAX;
      if (end < 0 && !tooLong) return;
      this.#print(this.#unread.subarray(0, at));
      if (tooLong) this.#refuse(this.#unread.subarray(start, start + NUMBER_MAX));
      else this.#reply(this.#unread.subarray(start, end));
      this.#tooLong = end < 0;
      this.#unread = end < 0 ? Buffer.alloc(0) : this.#unread.subarray(end + 1);
    }
    let cut = this.#unread.lastIndexOf(this.#mark[0]);
    if (cut < 0 || !this.#mark.subarray(0, this.#unread.length - cut).equals(this.#unread.subarray(cut))) cut = this.#unread.length;
    this.#print(this.#unread.subarray(0, cut));
    this.#unread = this.#unread.subarray(cut);
    for (const look of [...this.#waiting]) look();
  }

  #print(data) {
    this.#output = Buffer.concat([this.#output, data.subarray(0, OUTPUT_MAX - this.#output.length)]);
  }

  #reply(line) {
    try {
      this.#keep(JSON.parse(line.toString("utf8")));
    } catch {
      this.#end();
    }
  }

  // The reply begins with its number.
  #refuse(beginning) {
    const id = Number(/^\{"id":(\d+),/.exec(beginning.toString("latin1"))?.[1]);
    this.#keep({ id, error: "its answer is longer than 1 MiB" });
  }

  #keep(reply) {
    if (reply.id > 0 && reply.id <= this.#asked && !this.#replies.has(reply.id)) this.#replies.set(reply.id, reply);
  }
}

module.exports = { program: new Program() };
