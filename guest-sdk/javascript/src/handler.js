// "ringhost" to a kernel that is a handler.

import * as sending from "ring:kernel/sending@0.1.0";
import { begin } from "./clock.js";
import { log } from "./life.js";
import { Message, bytesOf, finished, outgoing, told, words } from "./message.js";
import { SendError, sender } from "./send.js";

export * from "./life.js";
export { Message, SendError };
export const { send, sendBatch } = sender(sending);

/** What the build makes the export `handle` of a function that is called with each message. */
export function handling(handle) {
  return (batch) => {
    begin();
    const replies = [];
    for (const message of batch.map((record) => new Message(record))) {
      const done = replies.length;
      try {
        const returned = handle(message, (value, options) => {
          replies.push(outgoing(value, { answers: message, ...options }));
        });
        finished(returned);
      } catch (error) {
        // The replies to the messages before are sent all the same.
        sendAll(replies.slice(0, done));
        throw words(error);
      }
    }
    return replies;
  };
}

/** What it makes the export `state` of a kernel's two functions for its state. */
export function keeping(snapshot, restore) {
  return { snapshot: told(() => bytesOf(snapshot())), restore: told(restore) };
}

function sendAll(replies) {
  try {
    while (replies.length > 0) {
      replies.splice(0, sending.sendBatch(replies, undefined));
    }
  } catch {
    log.error("replies to earlier messages are lost");
  }
}
