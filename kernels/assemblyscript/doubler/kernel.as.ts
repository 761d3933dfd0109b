// Doubles numbers: the first kernel to read.

import { Message, Replies, problem } from "ringhost";
import { Request, Response } from "messages";

export function serve(message: Message, replies: Replies): string | null {
  const request = Request.decode(message);
  if (request === null) {
    return problem();
  }
  // Wrapping around where that is out of range.
  replies.push(new Response(request.value * 2).encode());
  return null;
}
