// "ringhost" to a kernel that is a loop.

import * as contract from "./contract";
import { log } from "./life";
import { FOREVER, Message, Status, statusText } from "./message";
import { Incoming } from "./packed";
import { takeMessage } from "./record";
import { Replies } from "./replies";
import { failed, succeeded } from "./result";
import { refusal } from "./send";

export * from "./life";
export * from "./message";
export { Replies } from "./replies";
export { Sent, send, sendBatch } from "./send";
export { bytesOf, decode, encode } from "./text";
export { problem } from "./typed";

/** The most messages that are read ahead in one call. */
const AHEAD: u32 = 63;

/** What was received, or read ahead: then it is still in the queue. */
const incoming = new Incoming();

/** Why there is no message. */
let received: Status = Status.Ok;

/** Why replies were not sent, and how many of them were. */
let sent: Status = Status.Ok;
let taken: i32 = 0;

const none = new Replies();

/**
 * Takes the next message. Waits as long as it takes, or so many nanoseconds. Null says that there is
 * none, and `receiveStatus` why; without a timeout there will never be one: return from `run`.
 */
export function receive(timeout: u64 = FOREVER): Message | null {
  return exchange(none, timeout);
}

/** Takes up to `max` messages, waiting for the first as `receive` does; none where that has none. */
export function receiveBatch(max: u32, timeout: u64 = FOREVER): Message[] {
  const messages: Message[] = [];
  if (max == 0) {
    received = Status.Ok;
    return messages;
  }
  incoming.forget();
  const first = fill(none.start, 0, max, 0, timeout);
  if (first !== null) {
    messages.push(first);
  }
  while (!incoming.isEmpty()) {
    messages.push(incoming.next());
  }
  return messages;
}

/** Why the last `receive` or `receiveBatch` had no message: Timeout, Closed or Terminating. */
export function receiveStatus(): Status {
  return received;
}

/** What the build makes the export `run` of a function that is called with each message. */
export function serving(handle: (message: Message, replies: Replies) => string | null): usize {
  const replies = new Replies();
  while (true) {
    const message = exchange(replies, FOREVER);
    if (sent != Status.Ok) {
      replies.skip(taken);
      if (sent == Status.Full) {
        log.warn("dropped a reply: the output queue is full");
        replies.skip(1);
        continue;
      }
      if (sent == Status.Terminating) {
        log.warn(`asked to end with ${replies.count} replies unsent`);
        return running(null);
      }
      return running(statusText(sent));
    }
    replies.keep(0, 0);
    if (message === null) {
      return running(null);
    }
    replies.answer(message);
    const error = handle(message, replies);
    if (error !== null) {
      return running(error);
    }
  }
}

/** What it makes of what a loop of the kernel's own has come to: null, or an error text. */
export function running(error: string | null): usize {
  return error === null ? succeeded() : failed(error);
}

/** Sends replies and takes the next message. */
function exchange(replies: Replies, timeout: u64): Message | null {
  sent = Status.Ok;
  let length = replies.length;
  if (!incoming.isEmpty()) {
    contract.advance(replies.start, length, incoming.nextId(), result);
    const value = result + contract.ADVANCE_VALUE;
    if (load<u8>(result) != 0) {
      return refused(value);
    }
    if (load<u8>(value) != 0) {
      return incoming.next();
    }
    length = 0;
  }
  return fill(replies.start, length, 1, AHEAD, timeout);
}

const result = memory.data(contract.EXCHANGE_SIZE, 8);

/** Sends what is packed, and takes up to `max` messages, of which it returns the first. */
function fill(start: usize, length: usize, max: u32, ahead: u32, timeout: u64): Message | null {
  incoming.forget();
  contract.exchange(start, length, max, ahead, i32(timeout != FOREVER), timeout, result);
  const value = result + contract.EXCHANGE_VALUE;
  if (load<u8>(result) != 0) {
    const why = value + contract.EXCHANGE_ERROR_VALUE;
    return load<u8>(value) == contract.EXCHANGE_ERROR_SEND ? refused(why) : missing(why);
  }
  incoming.take(value);
  return incoming.isEmpty() ? receiveLong(timeout) : incoming.next();
}

const longResult = memory.data(contract.RECEIVE_SIZE, 8);

/** Takes a message that is too long to be packed. */
function receiveLong(timeout: u64): Message | null {
  contract.receive(i32(timeout != FOREVER), timeout, longResult);
  const value = longResult + contract.RECEIVE_VALUE;
  return load<u8>(longResult) == 0 ? takeMessage(value) : missing(value);
}

function refused(unsent: usize): Message | null {
  taken = load<i32>(unsent + contract.UNSENT_TAKEN);
  sent = refusal(unsent + contract.UNSENT_ERROR);
  return null;
}

function missing(error: usize): Message | null {
  switch (<i32>load<u8>(error)) {
    case contract.RECEIVE_ERROR_TIMEOUT:
      received = Status.Timeout;
      break;
    case contract.RECEIVE_ERROR_CLOSED:
      received = Status.Closed;
      break;
    default:
      received = Status.Terminating;
  }
  return null;
}
