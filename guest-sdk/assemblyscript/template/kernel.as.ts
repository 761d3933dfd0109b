// The kernel {{name}}: says how long texts are.

import { Message, Replies } from "ringhost";

// What is kept outside of the function lives as long as the kernel.
let texts: u64 = 0;

// A loop calls `serve` with each message; under the name `handle` it is a handler.
export function serve(message: Message, replies: Replies): void {
  texts++;
  replies.push(`text ${texts}: ${message.text().length} characters`);
}
