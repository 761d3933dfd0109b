// Reads a value of every type and writes it again: for the tests. What is no such value is answered
// with the words that say so.

import type { Message, Reply } from "ringhost";
import { Everything } from "messages";

export function serve(message: Message, reply: Reply): void {
  let everything: Everything;
  try {
    everything = message.read(Everything);
  } catch (error) {
    reply((error as Error).message);
    return;
  }
  reply(Everything.encode(everything));
}
