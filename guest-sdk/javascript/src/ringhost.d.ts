// What a kernel in TypeScript sees of its host.

export type Priority = "low" | "normal" | "high" | "urgent";

/** Bytes as they are, text in UTF-8, anything else as JSON. */
export type Value = Uint8Array | string | object | number | boolean | null;

export class Message {
  readonly id: bigint;
  readonly correlation: bigint;
  readonly priority: Priority;
  readonly bytes: Uint8Array;
  text(): string;
  json(): any;
}

/** Adds a reply, which is sent when the function has returned. */
export type Reply = (value: Value) => void;

export function receive(timeout?: bigint): Message | null | undefined;
export function messages(): Generator<Message, void, void>;
export function send(value: Value, options?: { answers?: Message; timeout?: bigint }): void;
export function kernelId(): string;
export function shouldTerminate(): boolean;
export function isActive(): boolean;
export function waitActive(): boolean;
export const log: Record<"trace" | "debug" | "info" | "warn" | "error", (...values: unknown[]) => void>;
