// Ranks points by how well they fit weights, on a GPU or on all CPU cores, by the host's own operations alone. A
// message is JSON, {"points": [[1, 2], [3, 4]], "weights": [1, 1]}, and its answer the points from the best on, by
// number, what each scores, the scores added up, and how much of all those up to each have.

import { Space, copy, gemm, reduce, scan, sort } from "ringhost/compute";

export function serve(message, reply) {
  const { points, weights } = message.json();
  const count = points.length;
  const space = new Space(64 * (points.flat().length + weights.length + count) + 65536);
  try {
    const a = space.buffer(new Float64Array(points.flat()));
    const b = space.buffer(new Float64Array(weights));
    const order = space.buffer(new Uint32Array(count).map((_, number) => number));
    const scores = space.allocate(Float64Array, count);
    const sums = space.allocate(Float64Array, count);
    const sum = space.allocate(Float64Array, 1);
    space.run(
      gemm(count, 1, weights.length, a, b, scores),
      sort(scores, { values: order, descending: true }),
      copy(scores, sums),
      scan("sum", sums, sums),
      reduce("sum", scores, sum),
    );
    const [all] = sum.read();
    reply({ order: [...order.read()], scores: [...scores.read()], sum: all, sums: [...sums.read()] });
  } finally {
    space[Symbol.dispose]();
  }
}
