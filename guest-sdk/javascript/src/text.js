// UTF-8, which the engine in the component has no encoder for.

const CHUNK = 8192;

/** Throws a URIError where the bytes are no UTF-8. */
export function decode(bytes) {
  let units = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    units += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK));
  }
  return decodeURIComponent(escape(units));
}

export function encode(text) {
  const units = unescape(encodeURIComponent(text));
  return Uint8Array.from(units, (unit) => unit.charCodeAt(0));
}

/** What is no UTF-8 becomes U+FFFD, as much at once as the Encoding Standard says. */
function decodeLossy(bytes) {
  try {
    return decode(bytes);
  } catch {
    const parts = [];
    for (let at = 0; at < bytes.length; ) {
      const [length, whole] = sequence(bytes, at);
      parts.push(whole ? decode(bytes.subarray(at, at + length)) : "\ufffd");
      at += length;
    }
    return parts.join("");
  }
}

/** How many bytes belong together here, and whether they are a character. */
function sequence(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) {
    return [1, true];
  }
  const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  if (first < 0xc2 || first > 0xf4) {
    return [1, false];
  }
  // The second byte of some is bounded, so that nothing is written longer than it must be.
  let least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let next = 1; next <= more; next++) {
    const byte = bytes[at + next];
    if (byte === undefined || byte < least || byte > most) {
      return [next, false];
    }
    [least, most] = [0x80, 0xbf];
  }
  return [more + 1, true];
}

globalThis.TextDecoder ??= class {
  constructor(encoding = "utf-8", { fatal = false } = {}) {
    Object.assign(this, { encoding, fatal });
  }

  decode(bytes) {
    return this.fatal ? decode(bytes) : decodeLossy(bytes);
  }
};

globalThis.TextEncoder ??= class {
  encode(text) {
    return encode(text);
  }
};
