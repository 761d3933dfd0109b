// Notes what rules say of a year: a stage of kernels/pipelines/nile.toml.

import type { Message, Reply } from "ringhost";
import { Year } from "messages";

interface Rule {
  when: (year: Year) => boolean;
  note: (year: Year) => string;
}

const rules: Rule[] = [
  { when: ({ flow }) => flow < least && least < Infinity, note: () => "the least so far" },
  { when: ({ score }) => Math.abs(score) > 2, note: ({ score }) => `${score.toFixed(1)} deviations` },
  {
    when: ({ change, year }) => change > 0 && change !== last && year - change > 10,
    note: ({ change }) => `the river changed after ${change}`,
  },
];

// The least flow so far, and the change that was noted last.
let least = Infinity;
let last = 0;

export function serve(message: Message, reply: Reply): void {
  const year: Year = message.read(Year);
  const notes = rules.filter((rule) => rule.when(year)).map((rule) => rule.note(year));
  if (notes.some((note) => note.startsWith("the river"))) {
    last = year.change;
  }
  least = Math.min(least, year.flow);
  reply(Year.encode({ ...year, notes }));
}
