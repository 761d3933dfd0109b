// "ringhost" to a kernel that is a handler.

import * as contract from "./contract";
import { log } from "./life";
import { FOREVER, Message, Status, statusText } from "./message";
import { OUTGOING_HEAD } from "./packed";
import { takeMessage } from "./record";
import { Replies } from "./replies";
import { failed, succeeded, succeededWith } from "./result";
import { sendRecords, writeRecord } from "./send";
import { bytesOf } from "./text";

export * from "./life";
export * from "./message";
export { Replies } from "./replies";
export { Sent, send, sendBatch } from "./send";
export { bytesOf, decode, encode } from "./text";
export { problem } from "./typed";

/** Replies of this many bytes are sent before there are more of them. */
const ENOUGH: usize = 256 * 1024;

const replies = new Replies();

/** The contract's records of the replies. */
let records: usize = heap.alloc(0);

/** What the build makes the export `handle` of a function that is called with each message. */
export function handling(
  messages: usize,
  count: i32,
  handle: (message: Message, replies: Replies) => string | null,
): usize {
  replies.keep(0, 0);
  for (let at = 0; at < count; at++) {
    const message = takeMessage(messages + at * contract.MESSAGE_SIZE);
    replies.answer(message);
    const doneCount = replies.count;
    const doneLength = replies.length;
    const error = handle(message, replies);
    if (error !== null) {
      // The replies to the messages before are sent all the same.
      replies.keep(doneCount, doneLength);
      if (deliver() !== null) {
        log.error("replies to earlier messages are lost");
      }
      return failed(error);
    }
    if (replies.length >= ENOUGH) {
      const refused = deliver();
      if (refused !== null) {
        return failed(refused);
      }
    }
  }
  heap.free(messages);
  writeRecords();
  return succeededWith(records, replies.count);
}

/** What it makes of what a kernel's `snapshot` gives. */
export function giving<T>(state: T): usize {
  const bytes = bytesOf(state);
  given = bytes;
  return succeededWith(bytes.dataStart, bytes.length);
}

/** What was given stays until the next time. */
let given: Uint8Array | null = null;

/** What it makes of what a kernel's `restore` has come to: null, or an error text. */
export function restoring(error: string | null): usize {
  return error === null ? succeeded() : failed(error);
}

/** Sends the replies, waiting for room. Returns why that cannot be. */
function deliver(): string | null {
  while (replies.count > 0) {
    writeRecords();
    const sent = sendRecords(records, replies.count, FOREVER);
    if (sent.status == Status.Ok) {
      replies.skip(sent.taken);
    } else if (sent.status == Status.Full) {
      log.warn("dropped a reply: the output queue is full");
      replies.skip(1);
    } else if (sent.status == Status.Terminating) {
      log.warn(`asked to end with ${replies.count} replies unsent`);
      replies.keep(0, 0);
    } else {
      return statusText(sent.status);
    }
  }
  return null;
}

/** Writes the contract's records of the replies, whose bytes stay where they are. */
function writeRecords(): void {
  records = heap.realloc(records, replies.count * contract.OUTGOING_SIZE);
  let head = replies.start;
  for (let at = 0; at < replies.count; at++) {
    const length = load<u32>(head);
    writeRecord(
      records + at * contract.OUTGOING_SIZE,
      head + OUTGOING_HEAD,
      length,
      load<u64>(head, 8),
      load<u32>(head, 4),
    );
    head += OUTGOING_HEAD + length;
  }
}
