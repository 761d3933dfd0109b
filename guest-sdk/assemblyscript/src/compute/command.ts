// What is submitted to a space.

import * as contract from "../contract";
import { Buffer } from "./space";

/** A step of what is submitted: a `Launch`, `Write`, `Copy` or `Fill`, or an operation. */
export abstract class Command {
  /** For the SDK: writes the contract's record of it, which refers to memory of this command's. */
  abstract record(at: usize): void;
}

/** A compute function that is to run for the items 0, 1, and so on up to a number of them. */
export class Launch extends Command {
  private name: ArrayBuffer;
  private limit: u64 = 0;
  private isLimited: bool = false;
  /** The contract's records of the arguments. */
  private records: ArrayBuffer = new ArrayBuffer(0);

  constructor(name: string, readonly items: u32) {
    super();
    this.name = String.UTF8.encode(name);
  }

  /** With this as the next argument: a number, of the very type that the function takes, or a buffer. */
  with<T>(argument: T): Launch {
    const record = this.next();
    const value = record + contract.ARGUMENT_VALUE;
    if (isFloat<T>()) {
      const isShort = sizeof<T>() == 4;
      store<u8>(record, isShort ? contract.ARGUMENT_FLOAT32 : contract.ARGUMENT_FLOAT64);
      store<T>(value, argument);
    } else if (isInteger<T>()) {
      const isLong = sizeof<T>() == 8;
      store<u8>(record, isLong ? contract.ARGUMENT_INT64 : contract.ARGUMENT_INT32);
      if (isLong) {
        store<i64>(value, <i64>argument);
      } else {
        store<i32>(value, <i32>argument);
      }
    } else {
      store<u8>(record, contract.ARGUMENT_BUFFER);
      if (isNullable<T>()) {
        // A local that may be null has this type also where it is known not to be.
        store<i32>(value, argument!.handle);
      } else {
        store<i32>(value, argument.handle);
      }
    }
    return this;
  }

  /** With so many turns of loops and calls for each item. */
  fuel(limit: u64): Launch {
    this.limit = limit;
    this.isLimited = true;
    return this;
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_LAUNCH);
    at += contract.COMMAND_VALUE;
    store<usize>(at + contract.LAUNCH_FUNCTION, changetype<usize>(this.name));
    store<usize>(at + contract.LAUNCH_FUNCTION, this.name.byteLength, 4);
    store<u32>(at + contract.LAUNCH_ITEMS, this.items);
    store<usize>(at + contract.LAUNCH_ARGUMENTS, changetype<usize>(this.records));
    store<usize>(at + contract.LAUNCH_ARGUMENTS, this.records.byteLength / contract.ARGUMENT_SIZE, 4);
    store<u8>(at + contract.LAUNCH_FUEL, u8(this.isLimited));
    store<u64>(at + contract.LAUNCH_FUEL_VALUE, this.limit);
  }

  /** Room for one more argument. */
  private next(): usize {
    const length = this.records.byteLength;
    const grown = new ArrayBuffer(length + contract.ARGUMENT_SIZE);
    memory.copy(changetype<usize>(grown), changetype<usize>(this.records), length);
    this.records = grown;
    return changetype<usize>(grown) + length;
  }
}

/** Elements that go to a buffer, from an index on. They are what they are when this is submitted. */
export class Write<T> extends Command {
  constructor(readonly to: Buffer<T>, readonly elements: T[], readonly at: u32 = 0) {
    super();
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_WRITE);
    at += contract.COMMAND_VALUE;
    store<i32>(at + contract.WRITE_TO, this.to.handle);
    store<u32>(at + contract.WRITE_OFFSET, bytesOf<T>(this.at));
    store<usize>(at + contract.WRITE_BYTES, this.elements.dataStart);
    store<u32>(at + contract.WRITE_BYTES, bytesOf<T>(this.elements.length), 4);
  }
}

/** So many elements that go from one buffer to another, or within one. */
export class Copy<T> extends Command {
  constructor(
    readonly to: Buffer<T>,
    readonly from: Buffer<T>,
    readonly count: u32,
    readonly toIndex: u32 = 0,
    readonly fromIndex: u32 = 0,
  ) {
    super();
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_COPY);
    at += contract.COMMAND_VALUE;
    store<i32>(at + contract.COPY_TO, this.to.handle);
    store<u32>(at + contract.COPY_TO_OFFSET, bytesOf<T>(this.toIndex));
    store<i32>(at + contract.COPY_FROM, this.from.handle);
    store<u32>(at + contract.COPY_FROM_OFFSET, bytesOf<T>(this.fromIndex));
    store<u32>(at + contract.COPY_LENGTH, bytesOf<T>(this.count));
  }
}

/** A byte that fills a buffer. */
export class Fill<T> extends Command {
  constructor(readonly to: Buffer<T>, readonly byte: u8 = 0) {
    super();
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_FILL);
    at += contract.COMMAND_VALUE;
    store<i32>(at + contract.FILL_TO, this.to.handle);
    store<u32>(at + contract.FILL_OFFSET, 0);
    store<u32>(at + contract.FILL_LENGTH, bytesOf<T>(this.to.length));
    store<u8>(at + contract.FILL_BYTE, this.byte);
  }
}

/** How many bytes so many elements are. More than an address can be are more than any space has. */
export function bytesOf<T>(elements: u32): u32 {
  return <u32>min(<u64>elements * sizeof<T>(), <u64>u32.MAX_VALUE);
}
