// A message, and what can be sent: the same in loops and handlers.

import { located } from "./places.js";
import { decode, encode } from "./text.js";

/** A message as the kernel receives it. */
export class Message {
  constructor({ id, correlation, priority, payload }) {
    this.id = id;
    this.correlation = correlation;
    this.priority = priority;
    this.bytes = payload;
  }

  /** Its bytes as text. */
  text() {
    return decode(this.bytes);
  }

  /** Its bytes as JSON. */
  json() {
    return JSON.parse(this.text());
  }

  /** Its bytes as a type of messages.json. */
  read(type) {
    return type.decode(this.bytes, `message ${this.id}`);
  }
}

/** Bytes as they are, text in UTF-8, anything else as JSON. */
export function bytesOf(value) {
  if (value instanceof Uint8Array) {
    return value;
  }
  return encode(typeof value === "string" ? value : json(value));
}

/** Throws a TypeError for what JSON would leave out without a word. */
function json(value) {
  const text = [ArrayBuffer, Map, Set, Promise].some((type) => value instanceof type)
    ? undefined
    : JSON.stringify(value);
  if (text === undefined) {
    const name = value?.constructor?.name ?? String(value);
    throw new TypeError(`cannot send a value of ${name}: send a Uint8Array, text, or what JSON can say`);
  }
  return text;
}

const PRIORITIES = ["low", "normal", "high", "urgent"];

/** The contract's record of what is sent, as an answer to a message where one is named. */
export function outgoing(value, { answers, priority } = {}) {
  if (priority !== undefined && !PRIORITIES.includes(priority)) {
    throw new TypeError(`${priority} is no priority: there are ${PRIORITIES.join(", ")}`);
  }
  if (answers !== undefined && !(answers instanceof Message)) {
    throw new TypeError("`answers` is to be a message that the kernel received");
  }
  return {
    payload: bytesOf(value),
    correlation: answers?.correlation,
    priority: priority ?? answers?.priority,
  };
}

/** The contract's time: a number is milliseconds, a bigint is nanoseconds. */
export function duration(timeout) {
  if (typeof timeout === "number" && timeout === timeout) {
    return Math.round(Math.min(Math.max(timeout, 0) * 1e6, Number.MAX_SAFE_INTEGER));
  }
  if (typeof timeout === "bigint") {
    // The engine ends a kernel that gives the host a bigint.
    return Math.min(Math.max(Number(timeout), 0), Number.MAX_SAFE_INTEGER);
  }
  if (timeout !== undefined) {
    throw new TypeError(`${timeout} is no timeout: a number is milliseconds, a bigint is nanoseconds`);
  }
}

/** Refuses what an async function returns: nothing runs after it has. */
export function finished(returned) {
  if (typeof returned?.then === "function") {
    throw new TypeError("the kernel's function returned a promise, and nothing runs after it returns: have it wait for nothing, without async");
  }
}

/** What a kernel dies with: an error's words and where it came from. */
export function words(error) {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return `${error}\n${located(error.stack ?? "")}`.trimEnd();
}

/** A function of the kernel's, whose exceptions reach the host as words. */
export function told(call) {
  return (...values) => {
    try {
      return call(...values);
    } catch (error) {
      throw words(error);
    }
  };
}
