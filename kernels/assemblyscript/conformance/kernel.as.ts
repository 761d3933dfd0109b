// Does what a message asks: all that a kernel in AssemblyScript can do, a command each. The same kernel
// is there in every language, and one suite tries them all.

import {
  MILLISECOND,
  Message,
  Outgoing,
  Priority,
  Status,
  isActive,
  kernelId,
  log,
  receive,
  receiveBatch,
  receiveStatus,
  send,
  sendBatch,
  shouldTerminate,
  statusText,
  waitActive,
} from "ringhost";

/** Whether the kernel goes on, and the error that it ends with if it does not end well. */
let goesOn = true;
let error: string | null = null;

let kept: Message | null = null;

export function run(): string | null {
  while (goesOn) {
    const message = receive();
    if (message === null) {
      break;
    }
    obey(message, message.text());
  }
  return error;
}

/** Does what a text asks, whose first word is the command and the rest, after a space, its argument. */
function obey(message: Message, text: string): void {
  const space = text.indexOf(" ");
  const command = space < 0 ? text : text.substring(0, space);
  const argument = space < 0 ? "" : text.substring(space + 1);
  if (command == "fail") {
    end(argument);
  } else if (command == "trap") {
    // As hard as `unreachable`, and with words: the index is out of bounds.
    answer(message, PRIORITIES[argument.length + PRIORITIES.length]);
  } else if (command == "spin") {
    while (true) {}
  } else if (command == "poll") {
    poll();
  } else if (command == "life") {
    answer(message, `active=${isActive()} terminate=${shouldTerminate()}`);
  } else if (command == "who") {
    answer(message, kernelId());
  } else if (command == "envelope") {
    const priority = PRIORITIES[message.priority];
    answer(message, `${message.id} ${message.correlation} ${priority}`);
  } else if (command == "flood") {
    const count = I32.parseInt(argument);
    for (let at = 0; at < count && goesOn; at++) {
      answer(message, at.toString());
    }
  } else if (command == "fill") {
    fill(message);
  } else if (command == "big") {
    big(message, I32.parseInt(argument));
  } else if (command == "timeout") {
    receiveWithin(message, U64.parseInt(argument) * MILLISECOND);
  } else if (command == "batch") {
    batch(message, U32.parseInt(argument));
  } else if (command == "keep") {
    kept = message;
  } else if (command == "release") {
    const released = kept;
    if (released !== null) {
      answer(released, "released");
      kept = null;
    }
    answer(message, "release");
  } else if (command == "log") {
    logAt(argument);
    answer(message, "logged");
  } else if (command == "print") {
    console.log(argument);
    answer(message, "printed");
  } else {
    answer(message, message.bytes);
  }
}

const PRIORITIES: StaticArray<string> = ["low", "normal", "high", "urgent"];

/** Answers a message, waiting for room. */
function answer<T>(message: Message, value: T): void {
  judge(send(value, message));
}

/** Ends the kernel where something was not sent. */
function judge(status: Status): void {
  if (status == Status.Terminating) {
    end(null);
  } else if (status != Status.Ok) {
    end(statusText(status));
  }
}

function end(words: string | null): void {
  goesOn = false;
  error = words;
}

function poll(): void {
  while (!shouldTerminate()) {
    if (!isActive()) {
      waitActive();
    }
  }
  end(null);
}

function fill(message: Message): void {
  let taken = 0;
  let status = send("full", message, 0);
  for (; status == Status.Ok; taken++) {
    status = send("full", message, 0);
  }
  if (status == Status.Timeout) {
    answer(message, `filled ${taken} timeout`);
  } else if (status == Status.Full) {
    answer(message, `filled ${taken} full`);
  } else {
    judge(status);
  }
}

function big(message: Message, length: i32): void {
  const bytes = new Uint8Array(length).fill(0x78 /* x */);
  const status = send(bytes, message);
  if (status == Status.TooLarge) {
    answer(message, "too-large");
  } else {
    judge(status);
  }
}

function receiveWithin(message: Message, timeout: u64): void {
  const other = receive(timeout);
  if (other !== null) {
    answer(message, other.bytes);
  } else if (receiveStatus() == Status.Timeout) {
    answer(message, "timeout");
  } else {
    end(null);
  }
}

function batch(message: Message, max: u32): void {
  const received = receiveBatch(max);
  const echoed = received.map<Outgoing>((other) => new Outgoing(other.bytes, other));
  judge(sendBatch(echoed).status);
  answer(message, `batch ${received.length}`);
}

function logAt(argument: string): void {
  const space = argument.indexOf(" ");
  const level = argument.substring(0, space);
  const words = argument.substring(space + 1);
  if (level == "trace") {
    log.trace(words);
  } else if (level == "debug") {
    log.debug(words);
  } else if (level == "info") {
    log.info(words);
  } else if (level == "warn") {
    log.warn(words);
  } else {
    log.error(words);
  }
}
