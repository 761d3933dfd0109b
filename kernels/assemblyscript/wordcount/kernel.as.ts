// Counts the words of a stream of texts: state that grows with what comes.

import { isAlpha } from "util/string";

import { Message, Replies } from "ringhost";
import { Count, Counts } from "messages";

// What is longer than so many bytes is no word, and is not counted.
const LONGEST_WORD = 256;
// An answer is cut near so many bytes, to stay well below a message limit of 1 MiB. A count takes less
// than the second beside its word.
const ANSWER_BYTES = 512 * 1024;
const COUNT_BYTES = 16;

const counts = new Map<string, u64>();
let total: u64 = 0;

export function serve(message: Message, replies: Replies): void {
  const seen = new Set<string>();
  const bytes = message.bytes;
  for (let at = 0, begin = 0; at <= bytes.length; ) {
    const length = at < bytes.length ? letter(bytes, at) : 0;
    if (length > 0) {
      at += length;
      continue;
    }
    const word = String.UTF8.decodeUnsafe(bytes.dataStart + begin, at - begin).toLowerCase();
    if (at > begin && String.UTF8.byteLength(word) <= LONGEST_WORD) {
      counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1);
      seen.add(word);
      total++;
    }
    at++;
    begin = at;
  }
  answer(seen.values().sort(), replies);
}

/** How many bytes the letter or digit has that is here; 0 for any other sign, and for no UTF-8. */
function letter(bytes: Uint8Array, at: i32): i32 {
  const first = <u32>bytes[at];
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0x80) {
    return isAlpha(first) || (first >= 0x30 && first <= 0x39) ? 1 : 0;
  }
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) {
    return 0;
  }
  let code = first & (0x7f >> length);
  for (let more = 1; more < length; more++) {
    const byte = <u32>bytes[at + more];
    if ((byte & 0xc0) != 0x80) {
      return 0;
    }
    code = (code << 6) | (byte & 0x3f);
  }
  const least: u32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const isChar = code >= least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isChar && isAlpha(code) ? length : 0;
}

function answer(words: Array<string>, replies: Replies): void {
  let part = new Array<Count>();
  let size = 0;
  for (let at = 0; at < words.length; at++) {
    const more = String.UTF8.byteLength(words[at]) + COUNT_BYTES;
    size += more;
    if (size > ANSWER_BYTES) {
      replies.push(new Counts(part, total, words.length - at).encode());
      part = new Array<Count>();
      size = more;
    }
    part.push(new Count(words[at], counts.get(words[at])));
  }
  replies.push(new Counts(part, total, 0).encode());
}
