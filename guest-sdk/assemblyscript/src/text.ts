// Text as the host has it, which takes nothing but UTF-8.

/** Text in UTF-8. Half of a character becomes U+FFFD. */
export function encode(text: string): Uint8Array {
  const replace = String.UTF8.ErrorMode.REPLACE;
  return Uint8Array.wrap(String.UTF8.encode(text, false, replace));
}

/** Bytes as text. What is no UTF-8 becomes letters of some kind. */
export function decode(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

/** What can be sent, as bytes: text in UTF-8, and bytes as they are. */
export function bytesOf<T>(value: T): Uint8Array {
  if (isString<T>()) {
    return encode(<string>value);
  } else if (value instanceof Uint8Array) {
    return value;
  } else if (value instanceof ArrayBuffer) {
    return Uint8Array.wrap(value);
  } else {
    ERROR("what is sent is a string, a Uint8Array or an ArrayBuffer");
  }
}
