// The kernel {{name}}: says how long texts are.

import { Message, Replies, problem } from "ringhost";
import { Request, Response } from "messages";

// What is kept outside of the function lives as long as the kernel.
let texts: u64 = 0;

// A loop calls `serve` with each message; under the name `handle` it is a handler.
export function serve(message: Message, replies: Replies): string | null {
  const request = Request.decode(message);
  if (request === null) {
    return problem();
  }
  let characters: u32 = 0;
  for (let at = 0; at < request.text.length; at++) {
    // Of a character in two units of UTF-16, the second is one of these.
    characters += u32((request.text.charCodeAt(at) & 0xfc00) !== 0xdc00);
  }
  texts++;
  replies.push(new Response(characters, texts).encode());
  return null;
}
