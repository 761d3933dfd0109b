// Reads a value of every type and writes it again: for the tests. What is no such value is answered
// with the words that say so.

import { Message, Replies, problem } from "ringhost";
import { Everything } from "messages";

export function serve(message: Message, replies: Replies): void {
  const everything = Everything.decode(message);
  if (everything === null) {
    replies.push(problem());
  } else {
    replies.push(everything.encode());
  }
}
