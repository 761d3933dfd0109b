// What was submitted, and how it ended.

import * as contract from "../contract";
import { FOREVER } from "../message";
import { Failure, FailureKind, fail, failure, keep } from "./failure";

/** What was done, and what it took. */
export class Stats {
  constructor(
    /** The time that the device took, over all its lanes, in nanoseconds. */
    readonly deviceTime: u64,
    readonly launches: u32,
    readonly items: u64,
  ) {}
}

const polled = memory.data(contract.EVENT_POLL_SIZE, 8);
const waited = memory.data(contract.EVENT_WAIT_SIZE, 8);

/** What was submitted. The host has it until its end has been told, or it is freed. */
export class Event {
  private stats: Stats | null = null;
  private failed: Failure | null = null;

  /** For the SDK. */
  constructor(private handle: i32) {}

  /** Whether it has ended. `wait` says how. */
  hasEnded(): bool {
    if (this.handle != 0) {
      contract.event_poll(this.handle, polled);
      if (load<u8>(polled) == 0) {
        return false;
      }
      this.end(polled + contract.EVENT_POLL_VALUE);
    }
    return true;
  }

  /**
   * Waits for its end as long as it takes, or so many nanoseconds. Null says that it failed, or goes on;
   * `failure()` says which, and why.
   */
  wait(timeout: u64 = FOREVER): Stats | null {
    if (this.handle != 0) {
      contract.event_wait(this.handle, i32(timeout != FOREVER), timeout, waited);
      this.end(waited);
    }
    const failed = this.failed;
    if (failed !== null) {
      keep(failed);
    }
    return this.stats;
  }

  /** Ends it where it is, if it still goes on. What it could write is poisoned then. */
  cancel(): void {
    if (this.handle != 0) {
      contract.event_cancel(this.handle);
    }
  }

  /** Gives it up. What was submitted goes on. */
  free(): void {
    if (this.handle != 0) {
      contract.drop_event(this.handle);
      this.handle = 0;
      this.failed = new Failure(FailureKind.Invalid, "the event was freed before its end");
    }
  }

  /** Takes what the host says of it: how it ended, or that it goes on. */
  private end(result: usize): void {
    const value = result + contract.EVENT_WAIT_VALUE;
    if (load<u8>(result) == 0) {
      const time = load<u64>(value + contract.STATS_DEVICE_TIME);
      const launches = load<u32>(value + contract.STATS_LAUNCHES);
      this.free();
      this.failed = null;
      this.stats = new Stats(time, launches, load<u64>(value + contract.STATS_ITEMS));
      return;
    }
    fail(value);
    const failed = failure();
    if (failed.kind != FailureKind.Timeout && failed.kind != FailureKind.Terminating) {
      this.free();
      this.failed = failed;
    }
  }
}
