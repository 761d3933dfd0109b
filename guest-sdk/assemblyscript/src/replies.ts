// What a kernel answers to the messages in hand.

import { Message } from "./message";
import { OUTGOING_HEAD } from "./packed";
import { bytesOf } from "./text";

/** As many bytes of replies as there is room for at first. */
const ROOM: usize = 256;

/** What a function answers to the message in hand. */
export class Replies {
  private address: usize = heap.alloc(ROOM);
  private room: usize = ROOM;
  private bytes: usize = 0;
  private number: i32 = 0;
  private correlation: u64 = 0;
  private priority: u32 = 0;

  /** Adds a reply: text or bytes, which are copied. It is sent when the function has returned. */
  push<T>(value: T): void {
    const bytes = bytesOf(value);
    const head = this.end(OUTGOING_HEAD + bytes.length);
    store<u32>(head, bytes.length);
    store<u32>(head, this.priority, 4);
    store<u64>(head, this.correlation, 8);
    memory.copy(head + OUTGOING_HEAD, bytes.dataStart, bytes.length);
    this.number++;
  }

  // The rest is for the SDK, which packs replies as the contract's `exchange` has them.

  /** How many there are. */
  get count(): i32 {
    return this.number;
  }

  /** Where they are. */
  get start(): usize {
    return this.address;
  }

  /** How long they are together. */
  get length(): usize {
    return this.bytes;
  }

  /** From here on it is this message that is answered. */
  answer(message: Message): void {
    this.correlation = message.correlation;
    this.priority = message.priority;
  }

  /** Takes so many from the front. */
  skip(count: i32): void {
    let at: usize = 0;
    for (; count > 0; count--, this.number--) {
      at += OUTGOING_HEAD + load<u32>(this.address + at);
    }
    this.bytes -= at;
    memory.copy(this.address, this.address + at, this.bytes);
  }

  /** Takes all from the back but so many, which are so long together. */
  keep(count: i32, length: usize): void {
    this.number = count;
    this.bytes = length;
  }

  /** So much more room, and where it begins. */
  private end(length: usize): usize {
    const end = this.bytes + length;
    if (end > this.room) {
      this.room = end * 2;
      this.address = heap.realloc(this.address, this.room);
    }
    const begin = this.address + this.bytes;
    this.bytes = end;
    return begin;
  }
}
