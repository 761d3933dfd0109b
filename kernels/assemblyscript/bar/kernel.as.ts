// Draws a year's flow as a bar: a stage of kernels/pipelines/nile.toml.

import { Message, Replies, problem } from "ringhost";
import { Year } from "messages";

// So much water is a sign, and so many signs are the longest bar.
const SIGN: f64 = 50;
const LONGEST: i32 = 40;

export function serve(message: Message, replies: Replies): string | null {
  const year = Year.decode(message);
  if (year === null) {
    return problem();
  }
  const length = min(max(<i32>Math.round(year.flow / SIGN), 0), LONGEST);
  year.bar = "#".repeat(length);
  replies.push(year.encode());
  return null;
}
