// The kernel {{name}}: says how long texts are.

import { Request, Response } from "messages";

// What is kept outside of the function lives as long as the kernel.
let texts = 0n;

// The host calls `handle` with each message; under the name `serve` it is a loop.
export function handle(message, reply) {
  const { text } = message.read(Request);
  texts += 1n;
  reply(Response.encode({ characters: [...text].length, texts }));
}
