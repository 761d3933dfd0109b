// Devices, spaces on them, and buffers in those.

import * as contract from "../contract";
import { takeText } from "../memory";
import { FOREVER } from "../message";
import { Command, Launch, bytesOf } from "./command";
import { Event, Stats } from "./event";
import { fail } from "./failure";
import { Resident } from "./resident";

/** Bytes that one call can hand to the host in any case. */
const AT_ONCE: u32 = 1 << 20;

/** A kind of device. */
export enum DeviceKind {
  /** The best that there is. */
  Any = -1,
  /** The CPU's cores. */
  Cpu = contract.DEVICE_KIND_CPU,
  /** A GPU, through CUDA. */
  Cuda = contract.DEVICE_KIND_CUDA,
}

/** A device on which the kernel may compute. */
export class Device {
  constructor(
    readonly kind: DeviceKind,
    /** What its maker calls it. */
    readonly name: string,
    /** Its memory, in bytes. How much of it the kernel gets is the host's choice. */
    readonly memory: u64,
    /** How many items can run at the same instant. */
    readonly lanes: u32,
  ) {}
}

/** The devices on which the kernel may compute, the best first. There is always the CPU. */
export function devices(): Device[] {
  const list = memory.data(8, 4);
  contract.devices(list);
  const first = load<usize>(list);
  const found: Device[] = [];
  for (let at: usize = 0; at < load<usize>(list, 4); at++) {
    found.push(takeDevice(first + at * contract.DEVICE_SIZE));
  }
  heap.free(first);
  return found;
}

function takeDevice(record: usize): Device {
  return new Device(
    <DeviceKind>load<u8>(record + contract.DEVICE_KIND),
    takeText(record + contract.DEVICE_NAME),
    load<u64>(record + contract.DEVICE_MEMORY),
    load<u32>(record + contract.DEVICE_LANES),
  );
}

// Each call leaves its result here, and is done with it when it returns.
const result = memory.data(64, 8);
const record = memory.data(contract.COMMAND_SIZE, 8);

/**
 * A memory on one device, in which compute functions run. What is submitted to it is done in order. Null or
 * false from any of its methods says that it was not done, and `failure()` why.
 */
export class Space {
  private constructor(private handle: i32) {}

  /** One of so many bytes, on a device of this kind. */
  static create(bytes: u64, kind: DeviceKind = DeviceKind.Any): Space | null {
    contract.space_create(i32(kind != DeviceKind.Any), kind, bytes, result);
    const handle = made(contract.SPACE_CREATE_VALUE);
    return handle == 0 ? null : new Space(handle);
  }

  /** The device that it is on. */
  device(): Device {
    contract.space_device(this.handle, result);
    return takeDevice(result);
  }

  /** A buffer of so many elements, zeroed. */
  allocate<T>(length: u32): Buffer<T> | null {
    contract.space_allocate(this.handle, bytesOf<T>(length), result);
    const handle = made(contract.SPACE_ALLOCATE_VALUE);
    return handle == 0 ? null : new Buffer<T>(handle, length);
  }

  /** A buffer with these elements: those of an array, a static array or a typed array. */
  buffer<A>(elements: A): Buffer<valueof<A>> | null {
    const buffer = this.allocate<valueof<A>>(elements.length);
    if (buffer === null || buffer.write(elements)) {
      return buffer;
    }
    buffer.free();
    return null;
  }

  /** Has commands done, in their order, and returns at once. */
  submit(commands: Command[]): Event | null {
    const records = recordsOf(commands);
    contract.space_submit(this.handle, records, commands.length, result);
    heap.free(records);
    const handle = made(contract.SPACE_SUBMIT_VALUE);
    return handle == 0 ? null : new Event(handle);
  }

  /** Has commands done, and waits for their end. */
  run(commands: Command[]): Stats | null {
    const event = this.submit(commands);
    if (event === null) {
      return null;
    }
    const stats = event.wait();
    event.free();
    return stats;
  }

  /** Checks commands once, to have them done many times. */
  plan(commands: Command[]): Plan | null {
    const records = recordsOf(commands);
    contract.space_plan(this.handle, records, commands.length, result);
    heap.free(records);
    const handle = made(contract.SPACE_PLAN_VALUE);
    return handle == 0 ? null : new Plan(handle);
  }

  /**
   * Has a launch's function stay, of 1 to 1024 items, and run for each message: that is put into `input`, and
   * `output` is the answer, the whole of it. Up to `depth` messages are under way.
   */
  reside<I, O>(launch: Launch, input: Buffer<I>, output: Buffer<O>, depth: u32 = 1): Resident<I, O> | null {
    launch.record(record);
    const at = record + contract.COMMAND_VALUE;
    contract.space_reside(
      this.handle,
      load<usize>(at + contract.LAUNCH_FUNCTION),
      load<usize>(at + contract.LAUNCH_FUNCTION, 4),
      load<i32>(at + contract.LAUNCH_ITEMS),
      load<usize>(at + contract.LAUNCH_ARGUMENTS),
      load<usize>(at + contract.LAUNCH_ARGUMENTS, 4),
      load<u8>(at + contract.LAUNCH_FUEL),
      load<i64>(at + contract.LAUNCH_FUEL_VALUE),
      input.handle,
      output.handle,
      depth,
      result,
    );
    const handle = made(contract.SPACE_RESIDE_VALUE);
    return handle == 0 ? null : new Resident<I, O>(handle);
  }

  /** Gives it back. Its memory is free when its buffers and plans are given back, too. */
  free(): void {
    if (this.handle != 0) {
      contract.drop_space(this.handle);
      this.handle = 0;
    }
  }
}

/** The handle of what was made, or 0 where it was not. */
function made(value: usize): i32 {
  if (load<u8>(result) == 0) {
    return load<i32>(result + value);
  }
  fail(result + value);
  return 0;
}

/** The contract's records of commands, which whoever has used them frees. */
function recordsOf(commands: Command[]): usize {
  const records = heap.alloc(commands.length * contract.COMMAND_SIZE);
  for (let at = 0; at < commands.length; at++) {
    commands[at].record(records + at * contract.COMMAND_SIZE);
  }
  return records;
}

/** Elements in a space. */
export class Buffer<T> {
  /** For the SDK. */
  constructor(
    public handle: i32,
    /** How many elements it has. */
    readonly length: u32,
  ) {}

  /** Writes elements, from an index on, behind all that was submitted before. */
  write<A>(elements: A, at: u32 = 0): bool {
    if (sizeof<valueof<A>>() != sizeof<T>() || isFloat<valueof<A>>() != isFloat<T>()) {
      ERROR("the elements are not of the buffer's type");
    }
    let start: usize;
    if (elements instanceof StaticArray) {
      start = changetype<usize>(elements);
    } else {
      start = elements.dataStart;
    }
    let offset = bytesOf<T>(at);
    let length = bytesOf<T>(elements.length);
    do {
      const part = min<u32>(length, AT_ONCE);
      contract.buffer_write(this.handle, offset, start, part, result);
      if (load<u8>(result) != 0) {
        fail(result + contract.BUFFER_WRITE_VALUE);
        return false;
      }
      start += part;
      offset += part;
      length -= part;
    } while (length > 0);
    return true;
  }

  /**
   * Its elements, or some of them, when all that was submitted before is done. Waits for that as long as it
   * takes, or so many nanoseconds.
   */
  read(at: u32 = 0, count: u32 = u32.MAX_VALUE, timeout: u64 = FOREVER): T[] | null {
    if (!this.request(at, count, timeout)) {
      return null;
    }
    const length = load<usize>(result + contract.BUFFER_READ_VALUE, 4);
    const elements = new Array<T>(<i32>(length / sizeof<T>()));
    this.take(elements.dataStart);
    return elements;
  }

  /** The bytes of its elements, as `read` has them. */
  readBytes(at: u32 = 0, count: u32 = u32.MAX_VALUE, timeout: u64 = FOREVER): Uint8Array | null {
    if (!this.request(at, count, timeout)) {
      return null;
    }
    const bytes = new Uint8Array(load<i32>(result + contract.BUFFER_READ_VALUE, 4));
    this.take(bytes.dataStart);
    return bytes;
  }

  /** Gives it back. */
  free(): void {
    if (this.handle != 0) {
      contract.drop_buffer(this.handle);
      this.handle = 0;
    }
  }

  private request(at: u32, count: u32, timeout: u64): bool {
    if (count == u32.MAX_VALUE) {
      count = this.length - min(at, this.length);
    }
    const isLimited = i32(timeout != FOREVER);
    contract.buffer_read(this.handle, bytesOf<T>(at), bytesOf<T>(count), isLimited, timeout, result);
    if (load<u8>(result) == 0) {
      return true;
    }
    fail(result + contract.BUFFER_READ_VALUE);
    return false;
  }

  /** Moves to an address the bytes that the host has given. */
  private take(to: usize): void {
    const from = load<usize>(result + contract.BUFFER_READ_VALUE);
    memory.copy(to, from, load<usize>(result + contract.BUFFER_READ_VALUE, 4));
    heap.free(from);
  }
}

/** Commands that are done again and again. */
export class Plan {
  /** For the SDK. */
  constructor(private handle: i32) {}

  /** Has them done so many times, one time behind the other, and returns at once. */
  run(times: u32): Event | null {
    contract.plan_run(this.handle, times, result);
    const handle = made(contract.PLAN_RUN_VALUE);
    return handle == 0 ? null : new Event(handle);
  }

  /** Gives it back. */
  free(): void {
    if (this.handle != 0) {
      contract.drop_plan(this.handle);
      this.handle = 0;
    }
  }
}
