// The kernel {{name}}: says how long texts are.

import { Request, Response } from "messages";

// What is kept outside of the function lives as long as the kernel.
let texts = 0n;

// A loop calls `serve` with each message; under the name `handle` it is a handler.
export function serve(message, reply) {
  const { text } = message.read(Request);
  texts += 1n;
  reply(Response.encode({ characters: [...text].length, texts }));
}
