// The kernel {{name}}: says how long texts are.

import type { Message, Reply } from "ringhost";
import { Request, Response } from "messages";

// What is kept outside of the function lives as long as the kernel.
let texts = 0n;

// The host calls `handle` with each message; under the name `serve` it is a loop.
export function handle(message: Message, reply: Reply): void {
  const { text } = message.read(Request);
  texts += 1n;
  const response: Response = { characters: [...text].length, texts };
  reply(Response.encode(response));
}
