// Doubles numbers: the first kernel to read.

import { Request, Response } from "messages";

export function serve(message, reply) {
  const { value } = message.read(Request);
  // Wrapping around where that is out of range.
  reply(Response.encode({ result: BigInt.asIntN(64, value * 2n) }));
}
