// "ringhost" to a kernel that is a handler.

import * as sending from "ring:kernel/sending@0.1.0";
import { Message, outgoing, words } from "./message.js";

export * from "./life.js";
export { Message };

/** As in a loop. */
export function send(value, { answers, timeout } = {}) {
  sending.send(outgoing(value, answers), timeout);
}

/** What the build makes the export `handle` of a function that is called with each message. */
export function handling(handle) {
  return (batch) => {
    const replies = [];
    for (const message of batch.map((record) => new Message(record))) {
      const done = replies.length;
      try {
        handle(message, (value) => replies.push(outgoing(value, message)));
      } catch (error) {
        // The replies to the messages before are sent all the same.
        replies.slice(0, done).forEach((reply) => sending.send(reply, undefined));
        throw words(error);
      }
    }
    return replies;
  };
}
