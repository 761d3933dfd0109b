// "ringhost" to a kernel that is a loop.

import * as messaging from "ring:kernel/messaging@0.1.0";
import { begin } from "./clock.js";
import { log } from "./life.js";
import { Message, duration, finished, told } from "./message.js";
import { SendError, sender } from "./send.js";

export * from "./life.js";
export { Message, SendError };
export const { send, sendBatch } = sender(messaging);

/** Takes the next message. */
export function receive(timeout) {
  return taken(() => new Message(messaging.receive(duration(timeout))));
}

/** Takes up to so many messages, waiting for the first. */
export function receiveBatch(max, timeout) {
  if (!Number.isInteger(max) || max < 0 || max >= 2 ** 32) {
    throw new TypeError(`${max} is no number of messages`);
  }
  return taken(() => {
    const records = messaging.receiveBatch(max, duration(timeout));
    return records.map((record) => new Message(record));
  });
}

/** Null where nothing came in time, undefined where nothing will ever come. */
function taken(call) {
  try {
    return call();
  } catch (error) {
    switch (error.payload) {
      case undefined:
        throw error;
      case "timeout":
        return null;
      default:
        return undefined;
    }
  }
}

/** The messages, one by one, until none will come or the host asks the kernel to end. */
export function* messages() {
  for (let message = receive(); message !== undefined; message = receive()) {
    yield message;
  }
}

/** What the build makes the export `run` of a function that is called with each message. */
export function serving(handle) {
  return running(() => {
    for (const message of messages()) {
      const replies = [];
      finished(handle(message, (value, options) => replies.push({ answers: message, ...options, value })));
      if (!sendAll(replies)) {
        return;
      }
    }
  });
}

/** What it makes of a loop of the kernel's own. */
export const running = (run) =>
  told(() => {
    begin();
    finished(run());
  });

/** False if the kernel is asked to end and there is no room. */
function sendAll(replies) {
  for (const { value, ...options } of replies) {
    try {
      send(value, options);
    } catch (error) {
      if (error.why === "full") {
        log.warn("dropped a reply: the output queue is full");
      } else if (error.why === "terminating") {
        log.warn("asked to end with replies unsent");
        return false;
      } else {
        throw error;
      }
    }
  }
  return true;
}
