// Why something was not done.

import * as contract from "../contract";
import { takeText } from "../memory";

/** A kind of failure. */
export enum FailureKind {
  /** An argument that cannot be meant. */
  Invalid = contract.ERROR_INVALID,
  /** There is no such device, or none that can run this kernel's functions. */
  NoDevice = contract.ERROR_NO_DEVICE,
  /** The space has no room for it. */
  OutOfMemory = contract.ERROR_OUT_OF_MEMORY,
  /** It is more than the host grants this kernel. */
  Quota = contract.ERROR_QUOTA,
  /** An item could not go on. What the launch could write is poisoned. */
  Trap = contract.ERROR_TRAP,
  /** A launch that could write what was to be read failed or was cancelled. */
  Poisoned = contract.ERROR_POISONED,
  /** It was cancelled before its end. */
  Cancelled = contract.ERROR_CANCELLED,
  /** It did not end within the timeout, and goes on. */
  Timeout = contract.ERROR_TIMEOUT,
  /** The host asked the kernel to end. */
  Terminating = contract.ERROR_TERMINATING,
  /** The device failed, and all that was on it is lost. */
  DeviceLost = contract.ERROR_DEVICE_LOST,
}

/** Why an item could not go on. */
export enum TrapCode {
  /** An address outside of the space. */
  OutOfBounds = contract.TRAP_CODE_OUT_OF_BOUNDS,
  DivideByZero = contract.TRAP_CODE_DIVIDE_BY_ZERO,
  /** A quotient that is too large for its type. */
  IntegerOverflow = contract.TRAP_CODE_INTEGER_OVERFLOW,
  /** A float without a place in the integer's type. */
  BadConversion = contract.TRAP_CODE_BAD_CONVERSION,
  /** `unreachable`, `throw`, a failed `assert`, an index outside of an array. */
  Unreachable = contract.TRAP_CODE_UNREACHABLE,
  /** It took more turns of loops and calls than its fuel allows. */
  OutOfFuel = contract.TRAP_CODE_OUT_OF_FUEL,
  /** Its calls go too deep. */
  StackOverflow = contract.TRAP_CODE_STACK_OVERFLOW,
  /** It called what is no function of the expected type. */
  IndirectCall = contract.TRAP_CODE_INDIRECT_CALL,
}

/** Why something was not done. */
export class Failure {
  constructor(
    readonly kind: FailureKind,
    /** In words, for the operator. */
    readonly text: string,
    /** Of a trap: the function that was launched. */
    readonly launched: string = "",
    /** Of a trap: the item; of several the lowest. */
    readonly item: u32 = 0,
    /** Of a trap: why. */
    readonly code: TrapCode = TrapCode.Unreachable,
  ) {}
}

let last: Failure = new Failure(FailureKind.Invalid, "nothing has failed");

/** Why the last call failed that has returned null or false. */
export function failure(): Failure {
  return last;
}

/** Keeps a failure, as the last one. */
export function keep(kept: Failure): void {
  last = kept;
}

/** Keeps the contract's error as the last failure. */
export function fail(error: usize): void {
  last = read(error);
}

function read(error: usize): Failure {
  const kind = <FailureKind>load<u8>(error);
  const value = error + contract.ERROR_VALUE;
  switch (kind) {
    case FailureKind.Trap: {
      const launched = takeText(value + contract.TRAP_FUNCTION);
      const item = load<u32>(value + contract.TRAP_ITEM);
      const code = <TrapCode>load<u8>(value + contract.TRAP_CODE);
      const text = `the compute function \`${launched}\` trapped at item ${item}: ${words(code)}`;
      return new Failure(kind, text, launched, item, code);
    }
    case FailureKind.OutOfMemory:
      return new Failure(kind, "the space has no room for it");
    case FailureKind.Poisoned:
      return new Failure(kind, "what was to be read is poisoned: a launch that could write it did not end well");
    case FailureKind.Cancelled:
      return new Failure(kind, "it was cancelled");
    case FailureKind.Timeout:
      return new Failure(kind, "it did not end in time, and goes on");
    case FailureKind.Terminating:
      return new Failure(kind, "the host asked the kernel to end");
    default:
      return new Failure(kind, takeText(value));
  }
}

function words(code: TrapCode): string {
  switch (code) {
    case TrapCode.OutOfBounds:
      return "an access out of bounds";
    case TrapCode.DivideByZero:
      return "a division by zero";
    case TrapCode.IntegerOverflow:
      return "an integer overflow";
    case TrapCode.BadConversion:
      return "a float that the integer's type cannot hold";
    case TrapCode.Unreachable:
      return "unreachable, as a failed assertion is";
    case TrapCode.OutOfFuel:
      return "out of fuel";
    case TrapCode.StackOverflow:
      return "its stack overflowed";
    default:
      return "a call of what is no such function";
  }
}
