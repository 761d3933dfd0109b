// Packed messages, as the contract's `exchange` has them.

import { Message, Priority } from "./message";
import { copyOf } from "./memory";

/** The head of a packed message that is received: length, priority, id, correlation. */
const INCOMING_HEAD: usize = 24;

/** The head of one that is sent: length, priority, correlation. */
export const OUTGOING_HEAD: usize = 16;

/** What a head says that names no correlation or no priority. */
export const NO_CORRELATION: u64 = 0;
export const NO_PRIORITY: u32 = 255;

/** Packed messages that were received or read ahead, and how far they have been read. */
export class Incoming {
  private address: usize = 0;
  private length: usize = 0;
  private read: usize = 0;

  /** Takes the list whose address and length are at `at`, and forgets what was there before. */
  take(at: usize): void {
    this.forget();
    this.address = load<usize>(at);
    this.length = load<usize>(at, 4);
  }

  forget(): void {
    if (this.address != 0) {
      heap.free(this.address);
    }
    this.address = this.length = this.read = 0;
  }

  isEmpty(): bool {
    return this.read + INCOMING_HEAD > this.length;
  }

  /** The id of the next one. There must be one. */
  nextId(): u64 {
    return load<u64>(this.address + this.read, 8);
  }

  /** Reads the next one. There must be one. */
  next(): Message {
    const head = this.address + this.read;
    const length = <usize>load<u32>(head);
    this.read += INCOMING_HEAD + length;
    return new Message(
      load<u64>(head, 8),
      load<u64>(head, 16),
      <Priority>load<u32>(head, 4),
      copyOf(head + INCOMING_HEAD, length),
    );
  }
}
