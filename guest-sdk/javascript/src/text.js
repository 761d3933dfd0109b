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

globalThis.TextDecoder ??= class {
  decode(bytes) {
    return decode(bytes);
  }
};

globalThis.TextEncoder ??= class {
  encode(text) {
    return encode(text);
  }
};
