// What a compute function is given of a buffer: where it begins. Nothing of this is collected, and nothing
// checks an index: what is outside of the buffer and in its space is there to be read and written.

/** The elements of a buffer, to read. No launch writes them meanwhile but through another parameter. */
@unmanaged
export class In<T> {
  @inline @operator("[]")
  private get(index: u32): T {
    return load<T>(changetype<usize>(this) + ((<usize>index) << alignof<T>()));
  }
}

/** The elements of a buffer that a launch writes whole. */
@unmanaged
export class Out<T> {
  @inline @operator("[]")
  private get(index: u32): T {
    return load<T>(changetype<usize>(this) + ((<usize>index) << alignof<T>()));
  }
  @inline @operator("[]=")
  private set(index: u32, value: T): void {
    store<T>(changetype<usize>(this) + ((<usize>index) << alignof<T>()), value);
  }
}

/** The elements of a buffer, to read and write. */
@unmanaged
export class InOut<T> {
  @inline @operator("[]")
  private get(index: u32): T {
    return load<T>(changetype<usize>(this) + ((<usize>index) << alignof<T>()));
  }
  @inline @operator("[]=")
  private set(index: u32, value: T): void {
    store<T>(changetype<usize>(this) + ((<usize>index) << alignof<T>()), value);
  }
}
