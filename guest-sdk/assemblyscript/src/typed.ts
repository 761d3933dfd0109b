// Typed messages: what the build makes of messages.json stands on this. The encoding is postcard's.

import { Message } from "./message";
import { encode } from "./text";

/** How many elements that take no bytes a message may have: their number alone says nothing. */
const SPARE: u64 = 65536;

/** The value of an option of what cannot be null itself. */
export class Some<T> {
  constructor(public value: T) {}
}

let words: string = "";

/** What the message was that was no value of its type, in words. */
export function problem(): string {
  return words;
}

/** Reads a message, all of which is to be the value; null if it is none. */
export function decode<T>(message: Message, name: string, read: (from: Reader) => T): T | null {
  const from = new Reader(message.bytes);
  const value = read(from);
  from.end();
  const fault = from.fault;
  if (fault === null) {
    return value;
  }
  words = `message ${message.id} is no ${name}: ${fault}`;
  return null;
}

/** Bytes that may come from anybody: nothing is taken by a length that they claim. After a fault
 * there are only zeroes. */
export class Reader {
  fault: string | null = null;
  private at: i32 = 0;
  private spare: u64 = SPARE;
  private path: Array<string> = [];

  constructor(private source: Uint8Array) {}

  /** What is read next is in this part. */
  enter(step: string): void {
    this.path.push(step);
  }

  leave(): void {
    this.path.pop();
  }

  private fail(problem: string, at: i32): void {
    if (this.fault !== null) {
      return;
    }
    const joined = this.path.join("");
    const ends = problem == "ends";
    if (joined.length > 0) {
      const place = joined.startsWith(".") ? joined.substring(1) : joined;
      problem += (ends ? ' inside field "' : ' in field "') + place + '"';
    } else if (ends) {
      problem = "ends too early";
    }
    this.fault = `${problem} (at byte ${at})`;
  }

  end(): void {
    if (this.at < this.source.length) {
      this.fail("goes on after its end", this.at);
    }
  }

  /** Where so many bytes are; 0 where there are not. */
  private take(count: u64, start: i32): usize {
    if (this.fault !== null || count > <u64>(this.source.length - this.at)) {
      this.fail("ends", start);
      return 0;
    }
    const begin = this.source.dataStart + this.at;
    this.at += <i32>count;
    return begin;
  }

  flag(what: string): bool {
    const start = this.at;
    const byte = this.u8();
    if (byte > 1) {
      this.fail("has no " + what, start);
    }
    return byte == 1;
  }

  private varint(bits: i32, what: string): u64 {
    const start = this.at;
    let number: u64 = 0;
    for (let shift = 0; shift < bits; shift += 7) {
      const place = this.take(1, start);
      if (place == 0) {
        return 0;
      }
      const byte = <u64>load<u8>(place);
      const digit = byte & 0x7f;
      if (shift + 7 > bits && digit >> (bits - shift) != 0) {
        break;
      }
      number |= digit << shift;
      if (byte < 0x80) {
        return number;
      }
    }
    this.fail("has no " + what, start);
    return 0;
  }

  private zigzag(bits: i32, what: string): i64 {
    const number = this.varint(bits, what);
    return <i64>(number >> 1) ^ -(<i64>(number & 1));
  }

  /** The number of elements that follow: not more than there can be. */
  count(what: string, empty: bool): i32 {
    const start = this.at;
    const count = this.varint(64, what);
    if (!empty) {
      if (count > <u64>(this.source.length - this.at)) {
        this.fail("ends", start);
        return 0;
      }
    } else if (count > this.spare) {
      this.fail("has too many elements", start);
      return 0;
    } else {
      this.spare -= count;
    }
    return <i32>count;
  }

  /** The number of a case, of so many. */
  tag(what: string, cases: u64): i32 {
    const start = this.at;
    const number = this.varint(32, what);
    if (number >= cases) {
      this.fail(`has no case ${number}`, start);
      return 0;
    }
    return <i32>number;
  }

  bool(): bool {
    return this.flag("bool");
  }
  unit(): bool {
    return true;
  }
  u8(): u8 {
    const place = this.take(1, this.at);
    return place == 0 ? 0 : load<u8>(place);
  }
  i8(): i8 {
    return <i8>this.u8();
  }
  u16(): u16 {
    return <u16>this.varint(16, "u16");
  }
  u32(): u32 {
    return <u32>this.varint(32, "u32");
  }
  u64(): u64 {
    return this.varint(64, "u64");
  }
  i16(): i16 {
    return <i16>this.zigzag(16, "i16");
  }
  i32(): i32 {
    return <i32>this.zigzag(32, "i32");
  }
  i64(): i64 {
    return this.zigzag(64, "i64");
  }
  f32(): f32 {
    const place = this.take(4, this.at);
    return place == 0 ? 0 : load<f32>(place);
  }
  f64(): f64 {
    const place = this.take(8, this.at);
    return place == 0 ? 0 : load<f64>(place);
  }

  bytes(): Uint8Array {
    const start = this.at;
    const length = this.varint(64, "bytes");
    const place = this.take(length, start);
    const bytes = new Uint8Array(place == 0 ? 0 : <i32>length);
    if (place != 0) {
      memory.copy(bytes.dataStart, place, <usize>length);
    }
    return bytes;
  }

  string(): string {
    return this.text("string");
  }

  /** A Unicode scalar value. */
  char(): i32 {
    const start = this.at;
    const text = this.text("char");
    const letter = text.length > 0 ? text.codePointAt(0) : -1;
    if (letter < 0 || text.length > (letter > 0xffff ? 2 : 1)) {
      this.fail("has no char", start);
    }
    return letter;
  }

  private text(what: string): string {
    const start = this.at;
    const length = this.varint(64, what);
    const place = this.take(length, start);
    if (place == 0) {
      return "";
    }
    if (!isUtf8(place, place + <usize>length)) {
      this.fail("has no " + what, start);
      return "";
    }
    return String.UTF8.decodeUnsafe(place, <usize>length);
  }
}

function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    const first = <u32>load<u8>(at++);
    if (first < 0x80) {
      continue;
    }
    if (first < 0xc2 || first > 0xf4) {
      return false;
    }
    // The second byte of some is bounded, so that nothing is written longer than it must be.
    let least: u32 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    let most: u32 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (let more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3; more > 0; more--) {
      if (at == end) {
        return false;
      }
      const byte = <u32>load<u8>(at++);
      if (byte < least || byte > most) {
        return false;
      }
      least = 0x80;
      most = 0xbf;
    }
  }
  return true;
}

export function readList<T>(from: Reader, read: (from: Reader) => T, empty: bool): Array<T> {
  const list = new Array<T>();
  const count = from.count("list", empty);
  for (let at = 0; at < count && from.fault === null; at++) {
    from.enter(`[${at}]`);
    list.push(read(from));
    from.leave();
  }
  return list;
}

export function readMap<K, V>(
  from: Reader,
  readKey: (from: Reader) => K,
  readValue: (from: Reader) => V,
  empty: bool,
): Map<K, V> {
  const map = new Map<K, V>();
  const count = from.count("map", empty);
  for (let at = 0; at < count && from.fault === null; at++) {
    from.enter(`[${at}].key`);
    const key = readKey(from);
    from.leave();
    from.enter(`[${at}].value`);
    map.set(key, readValue(from));
    from.leave();
  }
  return map;
}

/** Bytes that are written. */
export class Writer {
  private room: Uint8Array = new Uint8Array(64);
  private length: i32 = 0;

  done(): Uint8Array {
    return this.room.slice(0, this.length);
  }

  private push(from: usize, length: i32): void {
    const end = this.length + length;
    if (end > this.room.length) {
      const larger = new Uint8Array(end * 2);
      memory.copy(larger.dataStart, this.room.dataStart, this.length);
      this.room = larger;
    }
    memory.copy(this.room.dataStart + this.length, from, length);
    this.length = end;
  }

  varint(number: u64): void {
    while (number > 0x7f) {
      this.u8(<u8>number | 0x80);
      number >>= 7;
    }
    this.u8(<u8>number);
  }

  private zigzag(number: i64): void {
    this.varint(<u64>((number << 1) ^ (number >> 63)));
  }

  bool(value: bool): void {
    this.u8(value ? 1 : 0);
  }
  unit(value: bool): void {}
  u8(value: u8): void {
    store<u8>(scratch, value);
    this.push(scratch, 1);
  }
  i8(value: i8): void {
    this.u8(<u8>value);
  }
  u16(value: u16): void {
    this.varint(value);
  }
  u32(value: u32): void {
    this.varint(value);
  }
  u64(value: u64): void {
    this.varint(value);
  }
  i16(value: i16): void {
    this.zigzag(value);
  }
  i32(value: i32): void {
    this.zigzag(value);
  }
  i64(value: i64): void {
    this.zigzag(value);
  }
  f32(value: f32): void {
    store<f32>(scratch, value);
    this.push(scratch, 4);
  }
  f64(value: f64): void {
    store<f64>(scratch, value);
    this.push(scratch, 8);
  }
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.push(value.dataStart, value.length);
  }
  string(value: string): void {
    this.bytes(encode(value));
  }
  /** What is no Unicode scalar value becomes U+FFFD. */
  char(value: i32): void {
    this.string(String.fromCodePoint(value < 0 || value > 0x10ffff ? 0xfffd : value));
  }
}

const scratch = memory.data(8, 8);

export function writeList<T>(to: Writer, list: Array<T>, write: (to: Writer, value: T) => void): void {
  to.varint(list.length);
  for (let at = 0; at < list.length; at++) {
    write(to, list[at]);
  }
}

export function writeMap<K, V>(
  to: Writer,
  map: Map<K, V>,
  writeKey: (to: Writer, key: K) => void,
  writeValue: (to: Writer, value: V) => void,
): void {
  to.varint(map.size);
  const keys = map.keys();
  for (let at = 0; at < keys.length; at++) {
    writeKey(to, keys[at]);
    writeValue(to, map.get(keys[at]));
  }
}
