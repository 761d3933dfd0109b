// The kernel {{name}}: says how long texts are.

import { Message, Replies } from "ringhost";

// What is kept outside of the function lives as long as the kernel.
let texts: u64 = 0;

// The host calls `handle` with each message; under the name `serve` it is a loop.
export function handle(message: Message, replies: Replies): void {
  texts++;
  replies.push(`text ${texts}: ${message.text().length} characters`);
}
