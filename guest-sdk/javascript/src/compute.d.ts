// What a kernel in JavaScript and TypeScript has computed, by the host's own operations and by functions of
// compute.wat or compute.wasm.

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
  /** Has commands done, one behind the other, and returns at once. */
  submit(...commands: Command[]): Event;
  /** Has commands done, and waits for their end. */
  run(...commands: Command[]): Stats;
  /** Checks commands once, to have them done many times. */
  plan(...commands: Command[]): Plan;
  /** Has a launch's function stay, of 1 to 1024 items, and run for each message: that is put into `input`, which is
   * among its arguments, and `output` is the answer, the whole of it. What it keeps in other buffers stays from one
   * message to the next. Up to `depth` messages are under way, 1 where nothing is said. */
  reside<I extends Elements, O extends Elements>(
    launch: Launch, input: Buffer<I>, output: Buffer<O>, how?: { depth?: number },
  ): Resident<I, O>;
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
  /** Has its commands done so many times, and returns at once. */
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

/** A function that stays on its device and answers messages, in their order. On a GPU a message costs no launch as long
 * as the next comes soon. */
export interface Resident<I extends Elements, O extends Elements> {
  /** Sends a message and waits for its answer. No other is under way. */
  ask(message: I): O;
  /** Sends a message, which is as long as the input or shorter: the rest is zeros. False if there is no room: an answer
   * is to be received first. */
  send(message: I): boolean;
  /** The next answer. Where an item trapped, that is thrown. */
  receive(timeout?: Timeout): O;
  /** Has it begin with no more messages. What is submitted does not wait for those that are under way. */
  pause(): void;
  /** Has it go on, behind what has been submitted by now. */
  resume(): void;
  /** Ends it where it is. What is under way is answered as cancelled. */
  stop(): void;
  /** What it has taken by now: `launches` is how often it was put on the device. */
  readonly stats: Stats;
  [Symbol.dispose](): void;
}

export interface Launch {
  readonly tag: "launch";
}

/** A function that is to run for so many items, with numbers and buffers as it takes them. */
export function launch(name: string, items: number, ...values: (number | Buffer<any>)[]): Launch;

/** The same launch with so many turns of loops and calls for each item. */
export function fueled(launch: Launch, fuel: number): Launch;

/** What is submitted. */
export type Command = Launch | Operation;

/** What the host does with buffers by itself. */
export interface Operation {
  readonly tag: "fill" | "copy" | "reduce" | "scan" | "sort" | "gemm";
}

/** What becomes of two elements. */
export type Operator = "sum" | "product" | "minimum" | "maximum";

/** What operations take, but `fill` and `copy`: these take all. */
type Numbers = Int32Array | Uint32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array;

/** A byte that fills a buffer. */
export function fill(to: Buffer<any>, byte?: number): Operation;

/** All elements of a buffer, which go to the beginning of another. */
export function copy(from: Buffer<any>, to: Buffer<any>): Operation;

/** All elements of a buffer, which become one, the first of another. */
export function reduce<T extends Numbers>(operator: Operator, from: Buffer<T>, to: Buffer<T>): Operation;

/** All elements of a buffer, each of which becomes what it makes with all before it, or, exclusive, what these
 * make. They may go to where they are. */
export function scan<T extends Numbers>(
  operator: Operator, from: Buffer<T>, to: Buffer<T>, how?: { exclusive?: boolean },
): Operation;

/** All elements of a buffer, which are put in order, with as many values that go with them. Equal ones stay in
 * theirs. */
export function sort(
  keys: Buffer<Numbers>, how?: { values?: Buffer<Int32Array | Uint32Array | Float32Array>; descending?: boolean },
): Operation;

/** `c = alpha * a * b + beta * c`, with `a` of m rows and k columns, and `b` of k rows and n columns. Their rows lie
 * one behind the other, or, transposed, their columns. Alpha is 1 and beta 0 where nothing is said. */
export function gemm<T extends Float32Array | Float64Array>(
  m: number, n: number, k: number, a: Buffer<T>, b: Buffer<T>, c: Buffer<T>,
  how?: { alpha?: number; beta?: number; aTransposed?: boolean; bTransposed?: boolean },
): Operation;
