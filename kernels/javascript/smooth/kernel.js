// Smooths what many sensors measure, by a function that stays on the device: it keeps an average of each from message
// to message. A message is JSON, one number of each sensor: [8, 16, 0, 4], and its answer their averages. The function
// is in compute.wat.

import { ComputeError, Space, launch } from "ringhost/compute";

const SENSORS = 4;
const SHARE = 0.125;

let averages;

/** The function on its device. */
function resident() {
  const space = new Space(1 << 16);
  const [measured, kept, answer] = [0, 1, 2].map(() => space.allocate(Float32Array, SENSORS));
  const smooth = launch("smooth", SENSORS, SHARE, measured, kept, answer);
  return { space, resident: space.reside(smooth, measured, answer) };
}

export function serve(message, reply) {
  const measured = message.json();
  if (measured.length !== SENSORS) {
    throw new RangeError(`there are ${SENSORS} sensors`);
  }
  // With the first message: before that the kernel is not on a host yet.
  averages ??= resident();
  try {
    // What JSON has no number for is null.
    const numbers = Float32Array.from(measured, (number) => number ?? NaN);
    reply([...averages.resident.ask(numbers)]);
  } catch (error) {
    if (error instanceof ComputeError && error.kind === "trap") {
      throw new Error(`sensor ${error.item} measured no number: ${error.message}`);
    }
    throw error;
  }
}
