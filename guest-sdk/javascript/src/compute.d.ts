// What a kernel in JavaScript and TypeScript has computed, by functions of compute.wat or compute.wasm.

import type { Timeout } from "ringhost";

type Elements =
  | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
  | BigInt64Array | BigUint64Array | Float32Array | Float64Array;

export interface Device {
  readonly kind: "cpu" | "cuda";
  readonly name: string;
  /** Its memory in bytes. How much of it the kernel gets is the host's choice. */
  readonly memory: number;
  /** How many items can run at the same instant. */
  readonly lanes: number;
}

/** Something was not done. */
export class ComputeError extends Error {
  readonly kind:
    | "invalid" | "no-device" | "out-of-memory" | "quota" | "trap" | "poisoned" | "cancelled" | "timeout"
    | "terminating" | "device-lost";
  /** Of a trap: the function, the lowest item that trapped, and why. */
  readonly function?: string;
  readonly item?: number;
  readonly code?:
    | "out-of-bounds" | "divide-by-zero" | "integer-overflow" | "bad-conversion" | "unreachable"
    | "out-of-fuel" | "stack-overflow" | "indirect-call";
}

/** What was done. */
export interface Stats {
  /** The time that the device took, over all its lanes, in nanoseconds. */
  readonly deviceTime: number;
  readonly launches: number;
  readonly items: number;
}

/** The devices on which the kernel may compute, the best first. There is always the CPU. */
export function devices(): Device[];

/** A memory on one device. What is submitted to it is done in order. All of this throws a ComputeError. */
export class Space {
  /** One of so many bytes, on a device of this kind, or on the best. */
  constructor(bytes: number, kind?: Device["kind"]);
  readonly device: Device;
  /** A buffer of so many elements, zeroed: `allocate(Float32Array, 1000)`. */
  allocate<T extends Elements>(type: { new (length: number): T }, length: number): Buffer<T>;
  /** A buffer with these elements. */
  buffer<T extends Elements>(elements: T): Buffer<T>;
  /** Has launches run, one behind the other, and returns at once. */
  submit(...launches: Launch[]): Event;
  /** Has launches run, and waits for their end. */
  run(...launches: Launch[]): Stats;
  /** Checks launches once, to run them many times. */
  plan(...launches: Launch[]): Plan;
  /** Gives it back, with its buffers. */
  [Symbol.dispose](): void;
}

/** Elements in a space. */
export class Buffer<T extends Elements> {
  private constructor();
  readonly length: number;
  /** Writes elements from an index on. */
  write(elements: T, at?: number): void;
  /** Its elements, when all that was submitted before is done. */
  read(part?: { at?: number; count?: number; timeout?: Timeout }): T;
  [Symbol.dispose](): void;
}

export interface Plan {
  /** Has its launches run so many times, and returns at once. */
  run(times: number): Event;
  [Symbol.dispose](): void;
}

export interface Event {
  /** Waits for its end. */
  wait(timeout?: Timeout): Stats;
  /** Ends it where it is. What it could write is poisoned then. */
  cancel(): void;
  [Symbol.dispose](): void;
}

export interface Launch {
  readonly tag: "launch";
}

/** A function that is to run for so many items, with numbers and buffers as it takes them. */
export function launch(name: string, items: number, ...values: (number | Buffer<any>)[]): Launch;

/** The same launch with so many turns of loops and calls for each item. */
export function fueled(launch: Launch, fuel: number): Launch;
