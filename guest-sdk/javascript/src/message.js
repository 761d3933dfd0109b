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
  return encode(typeof value === "string" ? value : JSON.stringify(value));
}

/** The contract's record of what is sent, as an answer to a message where one is named. */
export function outgoing(value, { answers, priority } = {}) {
  return {
    payload: bytesOf(value),
    correlation: answers?.correlation,
    priority: priority ?? answers?.priority,
  };
}

/** The contract's time: a number is milliseconds, a bigint is nanoseconds. */
export function duration(timeout) {
  return typeof timeout === "number" ? Math.round(timeout * 1e6) : timeout;
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
