// Does what a message asks: all that a kernel in JavaScript can do, a command each. The same kernel is
// there in every language, and one suite tries them all.

import {
  isActive,
  kernelId,
  log,
  messages,
  receive,
  receiveBatch,
  send,
  sendBatch,
  shouldTerminate,
  waitActive,
} from "ringhost";

// What `keep` keeps.
let kept;

/** What a command returns that is the kernel's last. */
const LAST = Symbol("last");

const COMMANDS = {
  fail(message, words) {
    throw new Error(words);
  },

  trap() {
    // JavaScript has no harder fault of its own than an exception.
    return null.field;
  },

  spin() {
    for (;;);
  },

  poll() {
    while (!shouldTerminate()) {
      if (!isActive()) {
        waitActive();
      }
    }
    return LAST;
  },

  life(message) {
    send(`active=${isActive()} terminate=${shouldTerminate()}`, { answers: message });
  },

  who(message) {
    send(kernelId(), { answers: message });
  },

  envelope(message) {
    const { id, correlation, priority } = message;
    send(`${id} ${correlation} ${priority}`, { answers: message });
  },

  flood(message, count) {
    for (let at = 0; at < Number(count); at++) {
      send(String(at), { answers: message });
    }
  },

  fill(message) {
    for (let taken = 0; ; taken++) {
      try {
        send("full", { answers: message, timeout: 0 });
      } catch (error) {
        send(`filled ${taken} ${error.why}`, { answers: message });
        return;
      }
    }
  },

  big(message, length) {
    try {
      send("x".repeat(Number(length)), { answers: message });
    } catch (error) {
      if (error.why !== "too-large") {
        throw error;
      }
      send("too-large", { answers: message });
    }
  },

  timeout(message, milliseconds) {
    const other = receive(Number(milliseconds));
    if (other === undefined) {
      return LAST;
    }
    send(other === null ? "timeout" : other.bytes, { answers: message });
  },

  batch(message, max) {
    const received = receiveBatch(Number(max));
    if (received === undefined) {
      return LAST;
    }
    sendBatch(received.map((other) => ({ value: other.bytes, answers: other })));
    send(`batch ${received.length}`, { answers: message });
  },

  keep(message) {
    kept = message;
  },

  release(message) {
    if (kept !== undefined) {
      send("released", { answers: kept });
    }
    kept = undefined;
    send("release", { answers: message });
  },

  log(message, argument) {
    const [level, words] = divide(argument);
    log[level](words);
    send("logged", { answers: message });
  },

  print(message, words) {
    console.log(words);
    send("printed", { answers: message });
  },
};

/** The first word, and the rest after a space. */
function divide(text) {
  const at = text.indexOf(" ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Sends a message back as it is. */
function echo(message) {
  send(message.bytes, { answers: message });
}

/** What a message asks for; what is no UTF-8 is no command. */
function commandOf(message) {
  try {
    const [command, argument] = divide(message.text());
    return Object.hasOwn(COMMANDS, command) ? () => COMMANDS[command](message, argument) : undefined;
  } catch {
    return undefined;
  }
}

export function run() {
  for (const message of messages()) {
    const command = commandOf(message) ?? (() => echo(message));
    try {
      if (command() === LAST) {
        return;
      }
    } catch (error) {
      if (error.why === "terminating") {
        return;
      }
      throw error;
    }
  }
}
