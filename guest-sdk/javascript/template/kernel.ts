// The kernel {{name}}: says how long texts are.

import type { Message, Reply } from "ringhost";
import { Request, Response } from "messages";

// What is kept outside of the function lives as long as the kernel.
let texts = 0n;

// A loop calls `serve` with each message; under the name `handle` it is a handler.
export function serve(message: Message, reply: Reply): void {
  const { text } = message.read(Request);
  texts += 1n;
  const response: Response = { characters: [...text].length, texts };
  reply(Response.encode(response));
}
