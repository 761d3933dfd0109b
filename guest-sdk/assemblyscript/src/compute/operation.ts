// What the host does with buffers by itself. All elements of a buffer are meant: integers and floats of 32 or
// 64 bits.

import * as contract from "../contract";
import { Command } from "./command";
import { Buffer } from "./space";

/** What becomes of two elements. */
export enum Operator {
  Sum = contract.OPERATOR_SUM,
  Product = contract.OPERATOR_PRODUCT,
  Minimum = contract.OPERATOR_MINIMUM,
  Maximum = contract.OPERATOR_MAXIMUM,
}

/** What these elements are for the host. */
function kindOf<T>(): i32 {
  if (sizeof<T>() < 4) {
    ERROR("an operation takes elements of 32 or 64 bits");
  }
  const isShort = sizeof<T>() == 4;
  if (isFloat<T>()) {
    return isShort ? contract.ELEMENT_FLOAT32 : contract.ELEMENT_FLOAT64;
  }
  if (isSigned<T>()) {
    return isShort ? contract.ELEMENT_INT32 : contract.ELEMENT_INT64;
  }
  return isShort ? contract.ELEMENT_UINT32 : contract.ELEMENT_UINT64;
}

/** Elements that become one: the first of another buffer. */
export class Reduce<T> extends Command {
  constructor(readonly operator: Operator, readonly from: Buffer<T>, readonly to: Buffer<T>) {
    super();
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_REDUCE);
    at += contract.COMMAND_VALUE;
    store<u8>(at + contract.REDUCE_KIND, <u8>kindOf<T>());
    store<u8>(at + contract.REDUCE_OPERATOR, <u8>this.operator);
    store<i32>(at + contract.REDUCE_FROM, this.from.handle);
    store<u32>(at + contract.REDUCE_FROM_OFFSET, 0);
    store<u32>(at + contract.REDUCE_COUNT, this.from.length);
    store<i32>(at + contract.REDUCE_TO, this.to.handle);
    store<u32>(at + contract.REDUCE_TO_OFFSET, 0);
  }
}

/**
 * Elements that each become what they make with all before them, or, exclusive, what these make. They may go
 * to where they are.
 */
export class Scan<T> extends Command {
  constructor(
    readonly operator: Operator,
    readonly from: Buffer<T>,
    readonly to: Buffer<T>,
    readonly exclusive: bool = false,
  ) {
    super();
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_SCAN);
    at += contract.COMMAND_VALUE;
    store<u8>(at + contract.SCAN_KIND, <u8>kindOf<T>());
    store<u8>(at + contract.SCAN_OPERATOR, <u8>this.operator);
    store<u8>(at + contract.SCAN_EXCLUSIVE, u8(this.exclusive));
    store<i32>(at + contract.SCAN_FROM, this.from.handle);
    store<u32>(at + contract.SCAN_FROM_OFFSET, 0);
    store<u32>(at + contract.SCAN_COUNT, this.from.length);
    store<i32>(at + contract.SCAN_TO, this.to.handle);
    store<u32>(at + contract.SCAN_TO_OFFSET, 0);
  }
}

/** Elements that are put in order. Equal ones stay in theirs. */
export class Sort<T> extends Command {
  private values: i32 = 0;

  constructor(readonly keys: Buffer<T>, readonly descending: bool = false) {
    super();
  }

  /** With as many elements of 32 bits, which go with them. */
  with<V>(values: Buffer<V>): Sort<T> {
    if (sizeof<V>() != 4) {
      ERROR("the values of a sort have 32 bits");
    }
    this.values = values.handle;
    return this;
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_SORT);
    at += contract.COMMAND_VALUE;
    store<u8>(at + contract.SORT_KIND, <u8>kindOf<T>());
    store<u8>(at + contract.SORT_DESCENDING, u8(this.descending));
    store<i32>(at + contract.SORT_KEYS, this.keys.handle);
    store<u32>(at + contract.SORT_KEYS_OFFSET, 0);
    store<u32>(at + contract.SORT_COUNT, this.keys.length);
    store<u8>(at + contract.SORT_VALUES, u8(this.values != 0));
    const values = at + contract.SORT_VALUES_VALUE;
    store<i32>(values + contract.SORTED_VALUES_BUFFER, this.values);
    store<u32>(values + contract.SORTED_VALUES_OFFSET, 0);
  }
}

/**
 * `c = alpha * a * b + beta * c`, with `a` of m rows and k columns, and `b` of k rows and n columns. Their rows
 * lie one behind the other in a buffer, or, transposed, their columns.
 */
export class Gemm<T> extends Command {
  /** What the product is multiplied with. */
  alpha: f64 = 1;
  /** What `c` is multiplied with: with 0 it is not read. */
  beta: f64 = 0;
  aTransposed: bool = false;
  bTransposed: bool = false;

  constructor(
    readonly m: u32,
    readonly n: u32,
    readonly k: u32,
    readonly a: Buffer<T>,
    readonly b: Buffer<T>,
    readonly c: Buffer<T>,
  ) {
    super();
  }

  record(at: usize): void {
    store<u8>(at, contract.COMMAND_GEMM);
    at += contract.COMMAND_VALUE;
    store<u8>(at + contract.GEMM_KIND, <u8>kindOf<T>());
    store<u32>(at + contract.GEMM_M, this.m);
    store<u32>(at + contract.GEMM_N, this.n);
    store<u32>(at + contract.GEMM_K, this.k);
    store<f64>(at + contract.GEMM_ALPHA, this.alpha);
    matrix(at + contract.GEMM_A, this.a.handle, this.aTransposed);
    matrix(at + contract.GEMM_B, this.b.handle, this.bTransposed);
    store<f64>(at + contract.GEMM_BETA, this.beta);
    matrix(at + contract.GEMM_C, this.c.handle, false);
  }
}

function matrix(at: usize, handle: i32, transposed: bool): void {
  store<i32>(at + contract.MATRIX_BUFFER, handle);
  store<u32>(at + contract.MATRIX_OFFSET, 0);
  store<u8>(at + contract.MATRIX_TRANSPOSED, u8(transposed));
}
