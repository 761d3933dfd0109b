// Bytes that may come from anybody, read with nothing taken by a length that they claim; and bytes
// that are written.

import { decode, encode } from "../text.js";

/** How many elements that take no bytes a message may have: their number alone says nothing. */
const SPARE = 65536;

/** What is wrong with a value. It gathers where on its way out. */
export class Fault extends Error {
  constructor(problem, at) {
    super(problem);
    this.at = at;
    this.path = "";
  }

  words() {
    const path = this.path.replace(/^\./, "");
    const ends = this.message === "ends";
    const problem = path
      ? `${this.message} ${ends ? "inside" : "in"} field "${path}"`
      : ends ? "ends too early" : this.message;
    return this.at === undefined ? problem : `${problem} (at byte ${this.at})`;
  }
}

/** Does something with a part of a value, and says of a fault that it is in there. */
export function within(step, action) {
  try {
    return action();
  } catch (fault) {
    if (fault instanceof Fault) {
      fault.path = step + fault.path;
    }
    throw fault;
  }
}

export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.spare = SPARE;
  }

  take(count, start) {
    if (count > this.bytes.length - this.at) {
      throw new Fault("ends", start);
    }
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** As a bigint beyond 32 bits. */
  varint(bits, what) {
    const start = this.at;
    const wide = bits > 32;
    let number = wide ? 0n : 0;
    for (let shift = 0; shift < bits; shift += 7) {
      const [byte] = this.take(1, start);
      const digit = byte & 0x7f;
      if (shift + 7 > bits && digit >> (bits - shift)) {
        break;
      }
      number += wide ? BigInt(digit) << BigInt(shift) : digit * 2 ** shift;
      if (byte < 0x80) {
        return number;
      }
    }
    throw new Fault(`has no ${what}`, start);
  }

  /** A length, inexact where it is far too large. */
  length(what) {
    return Number(this.varint(64, what));
  }

  /** The number of elements that follow: not more than there can be. */
  count(what, empty) {
    const start = this.at;
    const count = this.length(what);
    if (!empty && count > this.bytes.length - this.at) {
      throw new Fault("ends", start);
    }
    if (empty && count > this.spare) {
      throw new Fault("has too many elements", start);
    }
    this.spare -= empty ? count : 0;
    return count;
  }

  flag(what) {
    const start = this.at;
    const [byte] = this.take(1, start);
    if (byte > 1) {
      throw new Fault(`has no ${what}`, start);
    }
    return byte === 1;
  }

  text(what) {
    const start = this.at;
    const bytes = this.take(this.length(what), start);
    try {
      return decode(bytes);
    } catch {
      throw new Fault(`has no ${what}`, start);
    }
  }
}

export class Writer {
  constructor() {
    this.buffer = new Uint8Array(64);
    this.length = 0;
  }

  push(bytes) {
    const end = this.length + bytes.length;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(end * 2);
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(bytes, this.length);
    this.length = end;
  }

  /** Of a number or a bigint. */
  varint(number) {
    const bytes = [];
    for (let rest = BigInt(number); ; rest >>= 7n) {
      const digit = Number(rest & 0x7fn);
      if (rest < 0x80n) {
        bytes.push(digit);
        break;
      }
      bytes.push(digit | 0x80);
    }
    this.push(bytes);
  }

  text(text, what) {
    let bytes;
    try {
      bytes = encode(text);
    } catch {
      throw new Fault(`has no ${what}`);
    }
    this.varint(bytes.length);
    this.push(bytes);
  }

  done() {
    return this.buffer.slice(0, this.length);
  }
}
