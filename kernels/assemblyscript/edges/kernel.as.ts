// Finds the edges in grey pictures, every pixel of one at once: on a GPU or on all CPU cores.

import { Message, Replies, problem } from "ringhost";
import { FailureKind, In, Launch, Out, Space, failure } from "ringhost/compute";
import { Edges, Picture } from "messages";

/** How fast the shade changes at one pixel: Sobel's operator. */
@compute
export function sobel(
  item: u32,
  width: u32,
  height: u32,
  brightest: u32,
  shades: In<u8>,
  edges: Out<u8>,
): void {
  if (shades[item] > brightest) {
    unreachable();
  }
  const x = item % width;
  const y = item / width;
  const left = x - u32(x > 0);
  const right = x + u32(x + 1 < width);
  const above = (y - u32(y > 0)) * width;
  const below = (y + u32(y + 1 < height)) * width;
  const beside = y * width;
  const across =
    <f32>shades[above + right] + 2 * <f32>shades[beside + right] + <f32>shades[below + right] -
    <f32>shades[above + left] - 2 * <f32>shades[beside + left] - <f32>shades[below + left];
  const down =
    <f32>shades[below + left] + 2 * <f32>shades[below + x] + <f32>shades[below + right] -
    <f32>shades[above + left] - 2 * <f32>shades[above + x] - <f32>shades[above + right];
  edges[item] = <u8>min<f32>(Mathf.sqrt(across * across + down * down), 255);
}

export function serve(message: Message, replies: Replies): string | null {
  const picture = Picture.decode(message);
  if (picture === null) {
    return problem();
  }
  const pixels: u32 = picture.shades.length;
  if (picture.width == 0 || pixels % picture.width != 0) {
    return `${pixels} pixels are no rows of ${picture.width}`;
  }
  const edges = find(picture, pixels);
  if (edges === null) {
    const failed = failure();
    return failed.kind == FailureKind.Trap
      ? `pixel ${failed.item} is brighter than ${picture.brightest}: ${failed.text}`
      : failed.text;
  }
  replies.push(new Edges(edges).encode());
  return null;
}

/** The edges of a picture; null where that failed. */
function find(picture: Picture, pixels: u32): Uint8Array | null {
  // Room for both buffers, and for what lies between them.
  const space = Space.create(2 * <u64>pixels + 4096);
  if (space === null) {
    return null;
  }
  const shades = space.buffer(picture.shades);
  const edges = space.allocate<u8>(pixels);
  let found: Uint8Array | null = null;
  if (shades !== null && edges !== null) {
    const launch = new Launch("sobel", pixels)
      .with(picture.width)
      .with(pixels / picture.width)
      .with<u32>(picture.brightest)
      .with(shades)
      .with(edges);
    if (space.run([launch]) !== null) {
      found = edges.readBytes();
    }
    edges.free();
    shades.free();
  }
  space.free();
  return found;
}
