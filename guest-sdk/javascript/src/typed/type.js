// What a type is here, and the types that hold no other.

import { Fault, Reader, Writer } from "./bytes.js";

/** Bytes that are no value of a type, or a value that is none: where, and what is wrong. */
export class Malformed extends Error {
  get name() {
    return "Malformed";
  }
}

/** How values of a type are read and written; `empty` says that they may take no bytes. */
export class Type {
  constructor(name, read, write, { empty = false, nullable = false } = {}) {
    Object.assign(this, { name, read, write, empty, nullable });
  }

  /** The same type under another name. */
  called(name) {
    return new Type(name, this.read, this.write, this);
  }

  /** Reads a value, which is all of these bytes. Throws `Malformed`. */
  decode(bytes, what = "what came") {
    return this.attempt(what, () => {
      const reader = new Reader(bytes);
      const value = this.read(reader);
      if (reader.at < bytes.length) {
        throw new Fault("goes on after its end", reader.at);
      }
      return value;
    });
  }

  /** Writes a value. Throws `Malformed`. */
  encode(value) {
    return this.attempt("the value", () => {
      const out = new Writer();
      this.write(value, out);
      return out.done();
    });
  }

  attempt(what, action) {
    try {
      return action();
    } catch (fault) {
      if (fault instanceof Fault) {
        throw new Malformed(`${what} is no ${this.name}: ${fault.words()}`);
      }
      throw fault;
    }
  }
}

export function check(holds, what) {
  if (!holds) {
    throw new Fault(`has no ${what}`);
  }
}

export const bool = new Type(
  "bool",
  (reader) => reader.flag("bool"),
  (value, out) => {
    check(typeof value === "boolean", "bool");
    out.push([value ? 1 : 0]);
  },
);

function byte(name) {
  const view = name === "i8" ? Int8Array : Uint8Array;
  return new Type(
    name,
    (reader) => view.from(reader.take(1, reader.at))[0],
    (value, out) => {
      check(typeof value === "number" && view.of(value)[0] === value, name);
      out.push([value & 0xff]);
    },
  );
}

export const u8 = byte("u8");
export const i8 = byte("i8");

/** Of up to 32 bits a number, beyond a bigint, for which a safe number can be given too. */
function integer(bits, signed) {
  const name = `${signed ? "i" : "u"}${bits}`;
  const wide = bits > 32;
  const fits = signed ? BigInt.asIntN : BigInt.asUintN;
  return new Type(
    name,
    (reader) => {
      const number = reader.varint(bits, name);
      if (!signed) {
        return number;
      }
      const zigzag = BigInt(number);
      const value = (zigzag >> 1n) ^ -(zigzag & 1n);
      return wide ? value : Number(value);
    },
    (value, out) => {
      check((wide && typeof value === "bigint") || Number.isSafeInteger(value), name);
      const number = BigInt(value);
      check(fits(bits, number) === number, name);
      out.varint(signed ? BigInt.asUintN(bits, (number << 1n) ^ (number < 0n ? -1n : 0n)) : number);
    },
  );
}

export const u16 = integer(16, false);
export const u32 = integer(32, false);
export const u64 = integer(64, false);
export const u128 = integer(128, false);
export const i16 = integer(16, true);
export const i32 = integer(32, true);
export const i64 = integer(64, true);
export const i128 = integer(128, true);

function float(name, length, get, set) {
  return new Type(
    name,
    (reader) => {
      const bytes = reader.take(length, reader.at);
      return new DataView(bytes.buffer, bytes.byteOffset)[get](0, true);
    },
    (value, out) => {
      check(typeof value === "number", name);
      const bytes = new Uint8Array(length);
      new DataView(bytes.buffer)[set](0, value, true);
      out.push(bytes);
    },
  );
}

export const f32 = float("f32", 4, "getFloat32", "setFloat32");
export const f64 = float("f64", 8, "getFloat64", "setFloat64");

function text(name, fits) {
  return new Type(
    name,
    (reader) => {
      const start = reader.at;
      const value = reader.text(name);
      if (!fits(value)) {
        throw new Fault(`has no ${name}`, start);
      }
      return value;
    },
    (value, out) => {
      check(typeof value === "string" && fits(value), name);
      out.text(value, name);
    },
  );
}

export const string = text("string", () => true);
export const char = text("char", (value) => value.length <= 2 && [...value].length === 1);

export const bytes = new Type(
  "bytes",
  (reader) => {
    const start = reader.at;
    return reader.take(reader.length("bytes"), start).slice();
  },
  (value, out) => {
    check(value instanceof Uint8Array, "bytes");
    out.varint(value.length);
    out.push(value);
  },
);

export const unit = new Type(
  "unit",
  () => null,
  (value) => check(value === null || value === undefined, "unit"),
  { empty: true, nullable: true },
);
