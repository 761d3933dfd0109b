// Sending, which is the same in loops and handlers but for where the contract has it.

import * as contract from "./contract";
import { FOREVER, Message, Outgoing, Status } from "./message";
import { NO_CORRELATION, NO_PRIORITY } from "./packed";
import { bytesOf } from "./text";

/**
 * Sends text or bytes, as an answer to a message, or to the one received last. Waits for room as long as
 * it takes, or so many nanoseconds.
 */
export function send<T>(value: T, answers: Message | null = null, timeout: u64 = FOREVER): Status {
  return sendBytes(bytesOf(value), answers, timeout);
}

/** How a batch went. */
export class Sent {
  constructor(
    /** How many were taken, from the front. */
    readonly taken: i32,
    /** Ok, also where fewer were taken than given; or why not even the first was. */
    readonly status: Status,
  ) {}
}

/** Sends messages in their order, waiting for room for each as long as it takes, or so long. */
export function sendBatch(messages: Outgoing[], timeout: u64 = FOREVER): Sent {
  const records = heap.alloc(messages.length * contract.OUTGOING_SIZE);
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    const answers = message.answers;
    writeRecord(
      records + at * contract.OUTGOING_SIZE,
      message.bytes.dataStart,
      message.bytes.length,
      answers === null ? NO_CORRELATION : answers.correlation,
      answers === null ? NO_PRIORITY : answers.priority,
    );
  }
  const sent = sendRecords(records, messages.length, timeout);
  heap.free(records);
  return sent;
}

const result = memory.data(contract.SEND_SIZE, 8);

function sendBytes(bytes: Uint8Array, answers: Message | null, timeout: u64): Status {
  contract.send(
    bytes.dataStart,
    bytes.length,
    i32(answers !== null),
    answers === null ? 0 : answers.correlation,
    i32(answers !== null),
    answers === null ? 0 : answers.priority,
    i32(timeout != FOREVER),
    timeout,
    result,
  );
  return load<u8>(result) == 0 ? Status.Ok : refusal(result + contract.SEND_VALUE);
}

const batchResult = memory.data(contract.SEND_BATCH_SIZE, 8);

/** Sends the contract's records of messages. */
export function sendRecords(records: usize, count: i32, timeout: u64): Sent {
  contract.send_batch(records, count, i32(timeout != FOREVER), timeout, batchResult);
  const value = batchResult + contract.SEND_BATCH_VALUE;
  return load<u8>(batchResult) == 0
    ? new Sent(load<i32>(value), Status.Ok)
    : new Sent(0, refusal(value));
}

/** Writes the contract's record of a message, whose bytes stay where they are. */
export function writeRecord(
  record: usize,
  address: usize,
  length: usize,
  correlation: u64,
  priority: u32,
): void {
  store<usize>(record + contract.OUTGOING_PAYLOAD, address);
  store<usize>(record + contract.OUTGOING_PAYLOAD, length, 4);
  store<u8>(record + contract.OUTGOING_CORRELATION, u8(correlation != NO_CORRELATION));
  store<u64>(record + contract.OUTGOING_CORRELATION_VALUE, correlation);
  store<u8>(record + contract.OUTGOING_PRIORITY, u8(priority != NO_PRIORITY));
  store<u8>(record + contract.OUTGOING_PRIORITY_VALUE, <u8>priority);
}

/** Why a message was not taken: the contract's error. */
export function refusal(error: usize): Status {
  switch (<i32>load<u8>(error)) {
    case contract.SEND_ERROR_TIMEOUT:
      return Status.Timeout;
    case contract.SEND_ERROR_FULL:
      return Status.Full;
    case contract.SEND_ERROR_CLOSED:
      return Status.Closed;
    case contract.SEND_ERROR_TERMINATING:
      return Status.Terminating;
    default:
      return Status.TooLarge;
  }
}
