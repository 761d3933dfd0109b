// What the kernel's functions give the host: a result whose error is a text.

import { encode } from "./text";

// Every one of them has its value, if it has one, at 4: an address and a length.
const result = memory.data(12, 4);

/** What it refers to stays until the next one. */
let kept: Uint8Array | null = null;

export function succeeded(): usize {
  store<u8>(result, 0);
  return result;
}

/** With a list that begins at an address. */
export function succeededWith(address: usize, length: usize): usize {
  store<u8>(result, 0);
  store<usize>(result, address, 4);
  store<usize>(result, length, 8);
  return result;
}

export function failed(words: string): usize {
  const bytes = encode(words);
  kept = bytes;
  succeededWith(bytes.dataStart, bytes.length);
  store<u8>(result, 1);
  return result;
}
