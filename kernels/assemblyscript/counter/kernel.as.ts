// Adds up what it is sent: `add N` is answered with the total. Its state is the total.

import { Message, Replies, decode } from "ringhost";

let total: i64 = 0;

export function handle(message: Message, replies: Replies): string | null {
  const text = message.text();
  if (text.startsWith("fail ")) {
    return text.substring(5);
  }
  if (text.startsWith("add ") && isNumber(text.substring(4))) {
    total += I64.parseInt(text.substring(4));
    replies.push(total.toString());
  } else {
    replies.push(message.bytes);
  }
  return null;
}

export function snapshot(): string {
  return total.toString();
}

export function restore(state: Uint8Array): string | null {
  const text = decode(state);
  if (!isNumber(text)) {
    return `${text} is no total`;
  }
  total = I64.parseInt(text);
  return null;
}

/** Whether it is a number that has room in a total, with a sign or without. */
function isNumber(text: string): bool {
  const first = text.startsWith("-") ? 1 : 0;
  for (let at = first; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter < 0x30 || letter > 0x39) {
      return false;
    }
  }
  return text.length > first && text.length - first <= 18;
}
