// A kernel has no clock. What looks at one says so, once the kernel runs: while it is made, its packages
// may do as they like.

const Clock = Date;
const { now } = Clock;
let isRunning = false;

/** From here on the kernel runs. */
export function begin() {
  isRunning = true;
}

function check() {
  if (isRunning) {
    throw new Error("a kernel has no clock: what time it is can be told to it in a message");
  }
}

Clock.now = () => {
  check();
  return now();
};

globalThis.Date = new Proxy(Clock, {
  construct(target, values, created) {
    if (values.length === 0) {
      check();
    }
    return Reflect.construct(target, values, created);
  },
  apply(target) {
    check();
    return target();
  },
});
Clock.prototype.constructor = globalThis.Date;
