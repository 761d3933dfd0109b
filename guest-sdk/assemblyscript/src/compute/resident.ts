// Functions that stay on a device.

import * as contract from "../contract";
import { FOREVER } from "../message";
import { Stats } from "./event";
import { Failure, FailureKind, fail, keep } from "./failure";

// Each call leaves its result here, and is done with it when it returns.
const result = memory.data(64, 8);

/**
 * A function that stays on its device and answers messages, in their order: `space.reside` makes it. On a GPU a
 * message costs no launch as long as the next comes soon. What it keeps in other buffers than those of its messages
 * stays from one to the next. Null or false says that something was not done, and `failure()` why.
 */
export class Resident<I, O> {
  /** For the SDK. */
  constructor(private handle: i32) {}

  /** Sends a message and waits for its answer. No other is under way. */
  ask<A>(message: A): O[] | null {
    if (this.send(message)) {
      return this.receive();
    }
    if (this.isFull) {
      keep(new Failure(FailureKind.Invalid, "other messages are under way: receive their answers first"));
    }
    return null;
  }

  /** Whether the last message was not sent since there was no room: an answer is to be received first. */
  isFull: bool = false;

  /**
   * Sends a message: the elements of an array, a static array or a typed array, as many as the input has or fewer.
   * The rest is zeros. False if it was not sent: where there is no room `isFull` says so, else `failure()` why.
   */
  send<A>(message: A): bool {
    if (sizeof<valueof<A>>() != sizeof<I>() || isFloat<valueof<A>>() != isFloat<I>()) {
      ERROR("the elements are not of the input's type");
    }
    let start: usize;
    if (message instanceof StaticArray) {
      start = changetype<usize>(message);
    } else {
      start = message.dataStart;
    }
    contract.resident_send(this.handle, start, message.length * sizeof<I>(), result);
    this.isFull = false;
    if (load<u8>(result) != 0) {
      fail(result + contract.RESIDENT_SEND_VALUE);
      return false;
    }
    this.isFull = load<u8>(result + contract.RESIDENT_SEND_VALUE) == 0;
    return !this.isFull;
  }

  /**
   * The next answer. Waits for it as long as it takes, or so many nanoseconds. Where an item trapped, that failure is
   * the answer.
   */
  receive(timeout: u64 = FOREVER): O[] | null {
    contract.resident_receive(this.handle, i32(timeout != FOREVER), timeout, result);
    if (load<u8>(result) != 0) {
      fail(result + contract.RESIDENT_RECEIVE_VALUE);
      return null;
    }
    const from = load<usize>(result + contract.RESIDENT_RECEIVE_VALUE);
    const length = load<usize>(result + contract.RESIDENT_RECEIVE_VALUE, 4);
    const elements = new Array<O>(<i32>(length / sizeof<O>()));
    memory.copy(elements.dataStart, from, length);
    heap.free(from);
    return elements;
  }

  /** Has it begin with no more messages. What is submitted does not wait for those that are under way. */
  pause(): void {
    contract.resident_pause(this.handle);
  }

  /** Has it go on, behind what has been submitted by now. */
  resume(): bool {
    contract.resident_resume(this.handle, result);
    if (load<u8>(result) != 0) {
      fail(result + contract.RESIDENT_RESUME_VALUE);
      return false;
    }
    return true;
  }

  /** Ends it where it is. What is under way is answered as cancelled. */
  stop(): void {
    contract.resident_stop(this.handle);
  }

  /** What it has taken by now: `launches` is how often it was put on the device. */
  stats(): Stats {
    contract.resident_stats(this.handle, result);
    return new Stats(
      load<u64>(result + contract.RESIDENT_STATS_DEVICE_TIME),
      load<u32>(result + contract.RESIDENT_STATS_LAUNCHES),
      load<u64>(result + contract.RESIDENT_STATS_ITEMS),
    );
  }

  /** Gives it back. It ends, as by `stop`. */
  free(): void {
    if (this.handle != 0) {
      contract.drop_resident(this.handle);
      this.handle = 0;
    }
  }
}
