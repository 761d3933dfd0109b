// What a kernel in JavaScript and TypeScript sees of its host.

export type Priority = "low" | "normal" | "high" | "urgent";

/** Bytes as they are, text in UTF-8, anything else as JSON. */
export type Value = Uint8Array | string | object | number | boolean | null;

/** A number is milliseconds, a bigint is nanoseconds. Left out: as long as it takes. */
export type Timeout = number | bigint;

/** A message as the kernel receives it. */
export class Message {
  /** Unique among all messages of the host. */
  readonly id: number;
  /** The exchange it belongs to. An answer carries on the correlation of what it answers. */
  readonly correlation: number;
  /** Four bands: the order of sending is kept within each, and a higher one is received first. */
  readonly priority: Priority;
  readonly bytes: Uint8Array;
  /** Its bytes as text. Throws a URIError where they are no UTF-8. */
  text(): string;
  /** Its bytes as JSON. */
  json(): any;
  /** Its bytes as a type of messages.json. Throws an Error that says what they are instead. */
  read<T>(type: Type<T>): T;
}

/** What `messages` exports for each type of messages.json beside the type itself. */
export interface Type<T> {
  /** Throws an Error that says what the bytes are instead. */
  decode(bytes: Uint8Array): T;
  /** Throws an Error that says what is wrong with the value. */
  encode(value: T): Uint8Array;
}

/** How a value is sent. */
export interface Options {
  /** What it answers, by its correlation and priority; otherwise the message received last. */
  answers?: Message;
  /** The band it travels in, if not that of the message that it answers. */
  priority?: Priority;
}

/** Adds a reply to the message in hand, which is sent when the function has returned. */
export type Reply = (value: Value, options?: Options) => void;

/** A message was not sent. */
export class SendError extends Error {
  /** There was no room in time; the host refuses at once where there is none; nothing is taken any
   * more; the host asked the kernel to end and there is no room; it is over the host's limit. */
  readonly why: "timeout" | "full" | "closed" | "terminating" | "too-large";
}

/**
 * Takes the next message. Null says that none came in time, undefined that none will ever come, or
 * that the host asked the kernel to end: return from `run`. Not in a handler.
 */
export function receive(timeout?: Timeout): Message | null | undefined;

/** Takes up to so many messages, waiting for the first; the rest as in `receive`. Not in a handler. */
export function receiveBatch(max: number, timeout?: Timeout): Message[] | null | undefined;

/** The messages, until none will come or the host asks the kernel to end. Not in a handler. */
export function messages(): Generator<Message, void, void>;

/** Sends a value, waiting for room. Throws a SendError. */
export function send(value: Value, options?: Options & { timeout?: Timeout }): void;

/**
 * Sends values in their order, waiting for room for each. Returns how many were taken, from the front:
 * fewer than given where one was refused. Throws a SendError where that is the first.
 */
export function sendBatch(
  messages: (Options & { value: Value })[],
  options?: { timeout?: Timeout },
): number;

/** The name under which the host launched this kernel. */
export function kernelId(): string;

/** Whether the host asked the kernel to end. Look at it once a turn of a long loop. */
export function shouldTerminate(): boolean;

/** False while the host has the kernel paused. */
export function isActive(): boolean;

/** Waits until the kernel is active; false if it is asked to end. */
export function waitActive(): boolean;

/** Logs a line for the host's operator. `console` does the same. */
export const log: Record<"trace" | "debug" | "info" | "warn" | "error", (...values: unknown[]) => void>;
