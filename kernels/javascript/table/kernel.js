// Writes a line for each year: the last stage of kernels/pipelines/nile.toml.

import { Year } from "messages";

export function serve(message, reply) {
  const { year, flow, level, rank, mean, change, score, bar, notes } = message.read(Year);
  const numbers = [
    year,
    flow.toFixed(0).padStart(5),
    level.toFixed(1).padStart(7),
    mean.toFixed(0).padStart(5),
    String(rank).padStart(4),
    score.toFixed(1).padStart(5),
    String(change || "-").padStart(5),
  ];
  reply([...numbers, bar.padEnd(28), notes.join("; ")].join(" ").trimEnd());
}
