// Counts the words of a stream of texts: state that grows with what comes.

import type { Message, Reply } from "ringhost";
import { type Count, Counts } from "messages";

// A word is a run of letters and digits; what is longer than so many bytes is none.
const WORD = /[\p{Alphabetic}\p{N}]+/gu;
const LONGEST_WORD = 256;
// An answer is cut near so many bytes, to stay well below a message limit of 1 MiB. A count takes less
// than the second beside its word.
const ANSWER_BYTES = 512 * 1024;
const COUNT_BYTES = 16;

const counts = new Map<string, bigint>();
let total = 0n;

export function serve(message: Message, reply: Reply): void {
  const seen = new Set<string>();
  // What is not UTF-8 parts words, as any other sign does.
  const text = new TextDecoder().decode(message.bytes).toLowerCase();
  for (const [word] of text.matchAll(WORD)) {
    if (bytes(word) <= LONGEST_WORD) {
      counts.set(word, (counts.get(word) ?? 0n) + 1n);
      seen.add(word);
      total++;
    }
  }
  answer([...seen].sort(), reply);
}

function answer(words: string[], reply: Reply): void {
  let part: Count[] = [];
  let size = 0;
  words.forEach((word, at) => {
    size += bytes(word) + COUNT_BYTES;
    if (size > ANSWER_BYTES) {
      reply(Counts.encode({ words: part, total, remaining: words.length - at }));
      part = [];
      size = bytes(word) + COUNT_BYTES;
    }
    part.push({ word, count: counts.get(word) ?? 0n });
  });
  reply(Counts.encode({ words: part, total, remaining: 0 }));
}

function bytes(word: string): number {
  return new TextEncoder().encode(word).length;
}
