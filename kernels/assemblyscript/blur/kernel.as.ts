// Blurs pictures: each message is one, a binary PGM or PPM, and is answered with the same one, softer.

import { Message, Replies } from "ringhost";
import { Picture } from "./picture.as";

export function serve(message: Message, replies: Replies): string | null {
  const picture = Picture.read(message.bytes);
  if (picture === null) {
    return "a message is a picture: a binary PGM or PPM of up to 255 shades";
  }
  replies.push(blur(picture).bytes);
  return null;
}

/** Each sample becomes a mean of itself and its eight neighbours, of which the nearer count for more. */
function blur(picture: Picture): Picture {
  const across = new StaticArray<u16>(picture.width * picture.height * picture.channels);
  const blurred = picture.blank();
  for (let y = 0, at = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      for (let channel = 0; channel < picture.channels; channel++, at++) {
        const left = picture.at(max(x - 1, 0), y, channel);
        const right = picture.at(min(x + 1, picture.width - 1), y, channel);
        across[at] = left + 2 * picture.at(x, y, channel) + right;
      }
    }
  }
  const row = picture.width * picture.channels;
  for (let y = 0, at = 0; y < picture.height; y++) {
    const above = y > 0 ? row : 0;
    const below = y < picture.height - 1 ? row : 0;
    for (let x = 0; x < row; x++, at++) {
      // Of sixteen parts: one, two or four of each of the nine. Rounded.
      const sum = across[at - above] + 2 * across[at] + across[at + below];
      blurred.set(at, <u8>((sum + 8) / 16));
    }
  }
  return blurred;
}
