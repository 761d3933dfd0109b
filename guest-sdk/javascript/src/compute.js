// "ringhost/compute": work on many elements at once, on a GPU or on all CPU cores: the host's own operations,
// and functions of compute.wat or compute.wasm.

import * as host from "ring:kernel/compute@0.1.0";
import functions from "ringhost/functions";
import { duration } from "./message.js";

/** Something was not done. */
export class ComputeError extends Error {
  constructor(payload) {
    const { tag: kind, val } = typeof payload === "string" ? { tag: payload } : payload;
    super(told(kind, val));
    this.name = "ComputeError";
    this.kind = kind;
    if (kind === "trap") {
      this.function = val.function;
      this.item = val.item;
      this.code = val.code;
    }
  }
}

const WORDS = {
  "out-of-memory": "the space has no room for it",
  poisoned: "what was to be read is poisoned: a launch that could write it did not end well",
  cancelled: "it was cancelled",
  timeout: "it did not end in time, and goes on",
  terminating: "the host asked the kernel to end",
};

function told(kind, value) {
  if (kind === "trap") {
    return `the compute function ${value.function} trapped at item ${value.item}: ${value.code}`;
  }
  return WORDS[kind] ?? value;
}

/** What a call to the host gives, or throws. */
function asked(call) {
  try {
    return call();
  } catch (error) {
    throw error.payload === undefined ? error : new ComputeError(error.payload);
  }
}

/** The devices on which the kernel may compute, the best first. */
export const devices = () => host.devices();

/** A memory on one device. What is submitted to it is done in order. */
export class Space {
  #space;
  /** What is to be given back with it. */
  #buffers = new Set();

  constructor(bytes, kind) {
    this.#space = asked(() => host.Space.create(kind, whole(bytes, Number.MAX_SAFE_INTEGER)));
  }

  get device() {
    return this.#space.device();
  }

  /** A buffer of so many elements, zeroed. */
  allocate(type, length) {
    const bytes = whole(length, Number.MAX_SAFE_INTEGER) * type.BYTES_PER_ELEMENT;
    if (bytes > 0xffff_ffff) {
      throw new ComputeError("out-of-memory");
    }
    const buffer = new Buffer(asked(() => this.#space.allocate(bytes)), type, length, this.#buffers);
    this.#buffers.add(buffer);
    return buffer;
  }

  /** A buffer with the elements of a typed array. */
  buffer(elements) {
    const buffer = this.allocate(elements.constructor, elements.length);
    buffer.write(elements);
    return buffer;
  }

  /** Has commands done, one behind the other, and returns at once. */
  submit(...commands) {
    return new Event(asked(() => this.#space.submit(commands)));
  }

  /** Has commands done, and waits for their end. */
  run(...commands) {
    const event = this.submit(...commands);
    try {
      return event.wait();
    } finally {
      event[Symbol.dispose]();
    }
  }

  /** Checks commands once, to have them done many times. */
  plan(...commands) {
    return new Plan(asked(() => this.#space.plan(commands)));
  }

  /** Has a function stay on the device and run for each message. */
  reside({ val: launch }, input, output, { depth = 1 } = {}) {
    const residence = { launch, input: input.handle, output: output.handle, depth: whole(depth) };
    return new Resident(asked(() => this.#space.reside(residence)), input, output.type);
  }

  /** Gives it back, with its buffers. */
  [Symbol.dispose]() {
    for (const buffer of this.#buffers) {
      buffer[Symbol.dispose]();
    }
    this.#space[Symbol.dispose]();
  }
}

/** Elements in a space. */
export class Buffer {
  #beside;

  constructor(buffer, type, length, beside) {
    this.handle = buffer;
    this.type = type;
    this.length = length;
    this.#beside = beside;
  }

  /** Writes a typed array's elements, from an index on, behind all that was submitted before. */
  write(elements, at = 0) {
    if (elements.constructor !== this.type) {
      throw new TypeError(`the buffer holds elements of a ${this.type.name}`);
    }
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = elements;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    asked(() => this.handle.write(whole(at * size), bytes));
  }

  /** Its elements, or some of them, as a typed array, when all that was submitted before is done. */
  read({ at = 0, count = this.length - at, timeout } = {}) {
    const size = this.type.BYTES_PER_ELEMENT;
    const read = () => this.handle.read(whole(at * size), whole(count * size), duration(timeout));
    // A copy, which begins where an array of these elements may.
    return new this.type(asked(read).slice().buffer);
  }

  [Symbol.dispose]() {
    this.#beside.delete(this);
    this.handle[Symbol.dispose]();
  }
}

/** Commands that are checked. */
class Plan {
  #plan;

  constructor(plan) {
    this.#plan = plan;
  }

  /** Has them done so many times, and returns at once. */
  run(times) {
    return new Event(asked(() => this.#plan.run(whole(times))));
  }

  [Symbol.dispose]() {
    this.#plan[Symbol.dispose]();
  }
}

/** What was submitted. */
class Event {
  #event;

  constructor(event) {
    this.#event = event;
  }

  /** Waits for its end. */
  wait(timeout) {
    return asked(() => this.#event.wait(duration(timeout)));
  }

  /** Ends it where it is. */
  cancel() {
    this.#event.cancel();
  }

  [Symbol.dispose]() {
    this.#event[Symbol.dispose]();
  }
}

/** A function that stays on its device and answers messages. */
class Resident {
  #resident;
  #input;
  #type;

  constructor(resident, input, type) {
    this.#resident = resident;
    this.#input = input.type;
    this.#type = type;
  }

  /** Sends a message and waits for its answer. No other is under way. */
  ask(message) {
    if (!this.send(message)) {
      const under = "other messages are under way: receive their answers first";
      throw new ComputeError({ tag: "invalid", val: under });
    }
    return this.receive();
  }

  /** Sends a message. False if there is no room. */
  send(message) {
    if (message.constructor !== this.#input) {
      throw new TypeError(`the input holds elements of a ${this.#input.name}`);
    }
    const { buffer, byteOffset, byteLength } = message;
    return asked(() => this.#resident.send(new Uint8Array(buffer, byteOffset, byteLength)));
  }

  /** The next answer. */
  receive(timeout) {
    return new this.#type(asked(() => this.#resident.receive(duration(timeout))).slice().buffer);
  }

  /** Has it begin with no more messages. */
  pause() {
    this.#resident.pause();
  }

  /** Has it go on. */
  resume() {
    asked(() => this.#resident.resume());
  }

  /** Ends it where it is. */
  stop() {
    this.#resident.stop();
  }

  /** What it has taken by now. */
  get stats() {
    return this.#resident.stats();
  }

  [Symbol.dispose]() {
    this.#resident[Symbol.dispose]();
  }
}

/** A function that is to run for so many items, with numbers and buffers as it takes them. */
export function launch(name, items, ...values) {
  const kinds = functions[name];
  if (kinds === undefined) {
    throw new RangeError(`there is no compute function ${name}; there is ${Object.keys(functions).join(", ")}`);
  }
  if (values.length !== kinds.length) {
    throw new RangeError(`${name} takes ${kinds.length} arguments behind the item, and got ${values.length}`);
  }
  const passed = values.map((value, at) => argument(value, kinds[at]));
  return { tag: "launch", val: { function: name, items: whole(items), arguments: passed, fuel: undefined } };
}

/** The same launch with so many turns of loops and calls for each item. */
export function fueled({ tag, val }, fuel) {
  return { tag, val: { ...val, fuel: whole(fuel, Number.MAX_SAFE_INTEGER) } };
}

/** A byte that fills a buffer. */
export function fill(to, byte = 0) {
  return { tag: "fill", val: { to: to.handle, offset: 0, length: bytes(to), byte: integer(byte, 0, 255) } };
}

/** All elements of a buffer, which go to the beginning of another. */
export function copy(from, to) {
  const part = { from: from.handle, fromOffset: 0, length: bytes(from) };
  return { tag: "copy", val: { to: to.handle, toOffset: 0, ...part } };
}

/** All elements of a buffer, which become one, the first of another. */
export function reduce(operator, from, to) {
  return { tag: "reduce", val: { kind: element(from, to), operator, ...between(from, to) } };
}

/** All elements of a buffer, each of which becomes what it makes with all before it. */
export function scan(operator, from, to, { exclusive = false } = {}) {
  return { tag: "scan", val: { kind: element(from, to), operator, exclusive, ...between(from, to) } };
}

/** All elements of a buffer, which are put in order, with values that go with them. */
export function sort(keys, { values, descending = false } = {}) {
  if (values !== undefined && (values.length !== keys.length || values.type.BYTES_PER_ELEMENT !== 4)) {
    throw new RangeError(`the values of this sort are ${keys.length} elements of 32 bits`);
  }
  const held = values === undefined ? undefined : { buffer: values.handle, offset: 0 };
  const part = { keys: keys.handle, keysOffset: 0, count: keys.length };
  return { tag: "sort", val: { kind: element(keys), descending, ...part, values: held } };
}

/** `c = alpha * a * b + beta * c`. */
export function gemm(m, n, k, a, b, c, { alpha = 1, beta = 0, aTransposed = false, bTransposed = false } = {}) {
  const matrix = (buffer, transposed) => ({ buffer: buffer.handle, offset: 0, transposed });
  const sizes = { kind: element(a, b, c), m: whole(m), n: whole(n), k: whole(k) };
  const factors = { alpha, a: matrix(a, aTransposed), b: matrix(b, bTransposed) };
  return { tag: "gemm", val: { ...sizes, ...factors, beta, c: matrix(c, false) } };
}

const ELEMENTS = new Map([
  [Int32Array, "int32"],
  [Uint32Array, "uint32"],
  [BigInt64Array, "int64"],
  [BigUint64Array, "uint64"],
  [Float32Array, "float32"],
  [Float64Array, "float64"],
]);

/** What all of these hold. */
function element(...[first, ...others]) {
  const kind = ELEMENTS.get(first.type);
  if (kind === undefined) {
    throw new TypeError(`an operation takes elements of 32 or 64 bits, not of a ${first.type.name}`);
  }
  if (others.some(({ type }) => type !== first.type)) {
    throw new TypeError("the buffers hold elements of different types");
  }
  return kind;
}

function between(from, to) {
  return { from: from.handle, fromOffset: 0, count: from.length, to: to.handle, toOffset: 0 };
}

function bytes(buffer) {
  return buffer.length * buffer.type.BYTES_PER_ELEMENT;
}

function argument(value, kind) {
  if (value instanceof Buffer) {
    return { tag: "buffer", val: value.handle };
  }
  switch (kind) {
    case "f32":
    case "f64":
      return { tag: kind === "f32" ? "float32" : "float64", val: Number(value) };
    case "i32":
      // Without a sign it is the same bits.
      return { tag: "int32", val: integer(value, -(2 ** 31), 2 ** 32 - 1) | 0 };
    default:
      return { tag: "int64", val: integer(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) };
  }
}

function integer(value, least, most) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new RangeError(`${value} is no whole number from ${least} to ${most}`);
  }
  return number;
}

function whole(value, most = 0xffff_ffff) {
  return integer(value, 0, most);
}
