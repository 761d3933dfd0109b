// Doubles numbers: the first kernel to read.

import type { Message, Reply } from "ringhost";
import { Request, Response } from "messages";

export function serve(message: Message, reply: Reply): void {
  const request: Request = message.read(Request);
  // Wrapping around where that is out of range.
  const response: Response = { result: BigInt.asIntN(64, request.value * 2n) };
  reply(Response.encode(response));
}
