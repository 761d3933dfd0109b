// "ringhost" to a kernel that is a loop.

import * as messaging from "ring:kernel/messaging@0.1.0";
import { log } from "./life.js";
import { Message, outgoing, words } from "./message.js";

export * from "./life.js";
export { Message };

/**
 * Takes the next message. Waits as long as it takes, or so many nanoseconds: then null where none
 * came. Undefined says that none will ever come, or that the host asked the kernel to end.
 */
export function receive(timeout) {
  try {
    return new Message(messaging.receive(timeout));
  } catch (error) {
    return error.payload === "timeout" ? null : undefined;
  }
}

/** The messages, one by one, until none will come or the host asks the kernel to end. */
export function* messages() {
  for (let message = receive(); message !== undefined; message = receive()) {
    yield message;
  }
}

/**
 * Sends bytes, text or JSON, as an answer to a message, or to the one received last. Waits for room as
 * long as it takes, or so many nanoseconds. Throws why it was not taken, with the contract's word in
 * `payload`.
 */
export function send(value, { answers, timeout } = {}) {
  messaging.send(outgoing(value, answers), timeout);
}

/** What the build makes the export `run` of a function that is called with each message. */
export function serving(handle) {
  return running(() => {
    for (const message of messages()) {
      const replies = [];
      handle(message, (value) => replies.push(outgoing(value, message)));
      if (!sendAll(replies)) {
        return;
      }
    }
  });
}

/** What it makes of a loop of the kernel's own. */
export function running(run) {
  return () => {
    try {
      run();
    } catch (error) {
      throw words(error);
    }
  };
}

/** False if the kernel is asked to end and there is no room. */
function sendAll(replies) {
  for (const reply of replies) {
    try {
      messaging.send(reply, undefined);
    } catch (error) {
      const why = error.payload?.tag ?? error.payload;
      if (why === "full") {
        log.warn("dropped a reply: the output queue is full");
      } else if (why === "terminating") {
        log.warn("asked to end with replies unsent");
        return false;
      } else {
        throw error;
      }
    }
  }
  return true;
}
