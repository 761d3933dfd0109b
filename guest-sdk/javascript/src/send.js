// Sending, which is the same in loops and handlers but for the contract's interface.

import { duration, outgoing } from "./message.js";

/** A message was not sent. `why` is the contract's word. */
export class SendError extends Error {
  constructor(why) {
    super(`not sent: ${why}`);
    this.name = "SendError";
    this.why = why;
  }
}

/** `send` and `sendBatch` by an interface of the contract. */
export function sender(queue) {
  const tell = (call) => {
    try {
      return call();
    } catch (error) {
      const why = error.payload?.tag ?? error.payload;
      throw why === undefined ? error : new SendError(why);
    }
  };
  return {
    send(value, { timeout, ...options } = {}) {
      tell(() => queue.send(outgoing(value, options), duration(timeout)));
    },
    sendBatch(messages, { timeout } = {}) {
      const records = messages.map(({ value, ...options }) => outgoing(value, options));
      return tell(() => queue.sendBatch(records, duration(timeout)));
    },
  };
}
