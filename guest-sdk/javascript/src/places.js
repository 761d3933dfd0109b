// Where an error came from, in the author's own files. The kernel is one file when it runs; the build
// leaves in `ringhostSources` which of its lines came from where, as a source map has it.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A segment's numbers: each in digits of five bits, the lowest first, and its sign the lowest bit. */
function numbers(segment) {
  const found = [];
  let number = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    number |= (bits & 31) << shift;
    shift += 5;
    if (bits < 32) {
      found.push(number & 1 ? -(number >> 1) : number >> 1);
      number = 0;
      shift = 0;
    }
  }
  return found;
}

/** For each line, the file and line that it begins with. */
function places({ sources, mappings }) {
  let source = 0;
  let line = 0;
  return mappings.split(";").map((segments) => {
    let place;
    for (const segment of segments.split(",")) {
      // Column, source, line and column there, each as the difference to the one before.
      const [, sourceAfter, lineAfter] = numbers(segment);
      if (sourceAfter !== undefined) {
        source += sourceAfter;
        line += lineAfter;
        place ??= `${sources[source]}:${line + 1}`;
      }
    }
    return place;
  });
}

/** A stack with the author's files and lines. */
export function located(stack) {
  const found = places(globalThis.ringhostSources);
  return stack.replace(/[^\s(]*bundle\.js:(\d+)(:\d+)?/g, (all, line) => found[line - 1] ?? all);
}
