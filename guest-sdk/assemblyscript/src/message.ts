// A message, and what came of a call.

import * as contract from "./contract";
import { bytesOf, decode } from "./text";

/** Four bands. Within a band the order of sending is kept; a higher band is received first. */
export enum Priority {
  Low = contract.PRIORITY_LOW,
  Normal = contract.PRIORITY_NORMAL,
  High = contract.PRIORITY_HIGH,
  Urgent = contract.PRIORITY_URGENT,
}

/** What came of a call. */
export enum Status {
  Ok,
  /** Nothing came, or there was no room, for the whole timeout. */
  Timeout,
  /** Receiving: nothing will ever come; return from the kernel. Sending: nothing is taken any more. */
  Closed,
  /** The host asked the kernel to end; return from the kernel. */
  Terminating,
  /** The output queue is full, and the host set it to refuse at once. */
  Full,
  /** The message is larger than the host's limit, 1 MiB unless that was changed. */
  TooLarge,
}

/** A status in words. */
export function statusText(status: Status): string {
  switch (status) {
    case Status.Ok:
      return "all went well";
    case Status.Timeout:
      return "nothing happened in time";
    case Status.Closed:
      return "the queue is closed";
    case Status.Terminating:
      return "the host asked the kernel to end";
    case Status.Full:
      return "the output queue is full";
    default:
      return "the message is larger than the host's limit";
  }
}

/** Times are in nanoseconds. */
export const MILLISECOND: u64 = 1_000_000;
export const SECOND: u64 = 1_000 * MILLISECOND;

/** Wait as long as it takes. */
export const FOREVER: u64 = u64.MAX_VALUE;

/** A message as the kernel receives it. */
export class Message {
  constructor(
    /** Unique among all messages of the host. */
    readonly id: u64,
    /** The exchange it belongs to. An answer carries on the correlation of what it answers. */
    readonly correlation: u64,
    readonly priority: Priority,
    readonly bytes: Uint8Array,
  ) {}

  /** Its bytes as text. */
  text(): string {
    return decode(this.bytes);
  }

  /** The same message in another band, for an answer that is to overtake others. */
  with(priority: Priority): Message {
    return new Message(this.id, this.correlation, priority, this.bytes);
  }
}

/** A message as the kernel sends it. */
export class Outgoing {
  constructor(
    readonly bytes: Uint8Array,
    /** What it answers, by its correlation and priority; null for the message received last. */
    readonly answers: Message | null = null,
  ) {}

  /** Of text, or of bytes. */
  static of<T>(value: T, answers: Message | null = null): Outgoing {
    return new Outgoing(bytesOf(value), answers);
  }
}
