// What AssemblyScript's own library has of its host, without imports of its own. The build puts these
// in the place of the globals of the same names.

import { log as write } from "./life";

/** What `throw`, `assert` and accesses out of bounds come to: its words are logged, and it traps. */
export function abort(
  message: string | null = null,
  file: string | null = null,
  line: u32 = 0,
  column: u32 = 0,
): void {
  const words = message === null ? "aborted" : message;
  write.error(file === null ? words : `${words} at ${file}:${line}:${column}`);
  unreachable();
}

/** Logs a line and so many numbers. */
export function trace(
  message: string,
  count: i32 = 0,
  first: f64 = 0,
  second: f64 = 0,
  third: f64 = 0,
  fourth: f64 = 0,
  fifth: f64 = 0,
): void {
  const numbers: StaticArray<f64> = [first, second, third, fourth, fifth];
  for (let at = 0; at < min(count, numbers.length); at++) {
    message += ` ${numbers[at]}`;
  }
  write.trace(message);
}

/** Where `Math.random` begins. A kernel has no random numbers but what it is sent. */
export function seed(): f64 {
  throw new Error("Math.random has no seed here: call NativeMath.seedRandom first");
}

/** What is printed is logged. */
export namespace console {
  export function log(message: string = ""): void {
    write.info(message);
  }
  export function info(message: string = ""): void {
    write.info(message);
  }
  export function debug(message: string = ""): void {
    write.debug(message);
  }
  export function warn(message: string = ""): void {
    write.warn(message);
  }
  export function error(message: string = ""): void {
    write.error(message);
  }
  export function assert<T>(condition: T, message: string = ""): void {
    if (!condition) {
      write.error(`assertion failed: ${message}`);
    }
  }
}
