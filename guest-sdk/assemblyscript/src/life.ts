// What a kernel asks about its own life, and its words for the operator.

import * as contract from "./contract";
import { takeText } from "./memory";
import { encode } from "./text";

const name = memory.data(8, 4);
let id: string | null = null;

/** The name under which the host launched this kernel. */
export function kernelId(): string {
  let known = id;
  if (known === null) {
    contract.kernel_id(name);
    known = takeText(name);
    id = known;
  }
  return known;
}

/** Whether the host asked the kernel to end. Look at it once a turn of a long loop. */
export function shouldTerminate(): bool {
  return contract.should_terminate() != 0;
}

/** False while the host has the kernel paused. */
export function isActive(): bool {
  return contract.is_active() != 0;
}

/** Waits until the kernel is active; false if it is asked to end. */
export function waitActive(): bool {
  return contract.wait_active() == contract.ACTIVITY_ACTIVE;
}

/** Logs a line for the host's operator. */
export namespace log {
  export function trace(text: string): void {
    write(contract.LEVEL_TRACE, text);
  }
  export function debug(text: string): void {
    write(contract.LEVEL_DEBUG, text);
  }
  export function info(text: string): void {
    write(contract.LEVEL_INFO, text);
  }
  export function warn(text: string): void {
    write(contract.LEVEL_WARN, text);
  }
  export function error(text: string): void {
    write(contract.LEVEL_ERROR, text);
  }
}

function write(level: i32, text: string): void {
  const bytes = encode(text);
  contract.log(level, bytes.dataStart, bytes.length);
}
