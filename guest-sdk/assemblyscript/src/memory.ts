// Memory that the host writes to, outside of what is collected.

/** The host asks here for room for what it gives the kernel. Whoever reads that frees it. */
export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  return old == 0 ? heap.alloc(size) : heap.realloc(old, size);
}

/** The bytes of a list whose address and length are at `at`, which are freed there. */
export function takeBytes(at: usize): Uint8Array {
  return takeList(load<usize>(at), load<usize>(at, 4));
}

/** The bytes of a list, which is freed. */
export function takeList(address: usize, length: usize): Uint8Array {
  const bytes = copyOf(address, length);
  heap.free(address);
  return bytes;
}

/** The text whose address and length are at `at`, which is freed there. */
export function takeText(at: usize): string {
  const address = load<usize>(at);
  const text = String.UTF8.decodeUnsafe(address, load<usize>(at, 4));
  heap.free(address);
  return text;
}

/** Bytes of the kernel's own. */
export function copyOf(address: usize, length: usize): Uint8Array {
  const bytes = new Uint8Array(<i32>length);
  memory.copy(bytes.dataStart, address, length);
  return bytes;
}
