// Adds up: a handler with a state that the host can take out and put into another kernel.

import type { Message, Reply } from "ringhost";

let total = 0n;

export function handle(message: Message, reply: Reply): void {
  const [command, argument] = parse(message);
  switch (command) {
    case "add":
      total += BigInt(argument);
      reply(String(total));
      break;
    case "fail":
      throw new Error(argument);
    default:
      reply(message.bytes);
  }
}

export function snapshot(): string {
  return String(total);
}

export function restore(state: Uint8Array): void {
  const digits = new TextDecoder().decode(state);
  if (!/^-?\d+$/.test(digits)) {
    throw new Error(`${digits} is no total`);
  }
  total = BigInt(digits);
}

/** A command and its argument, if that is what a message is. */
function parse(message: Message): string[] {
  try {
    return message.text().match(/^(add|fail) ([^]*)$/)?.slice(1) ?? [];
  } catch {
    // It is no UTF-8.
    return [];
  }
}
