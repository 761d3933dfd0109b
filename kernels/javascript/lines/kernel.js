// Answers each line of a text by itself, numbered: a loop of its own over the messages.

import { messages, send } from "ringhost";

export function run() {
  for (const message of messages()) {
    message.text().split("\n").forEach((line, at) => {
      send(`${at + 1} ${line}`, { answers: message });
    });
  }
}
