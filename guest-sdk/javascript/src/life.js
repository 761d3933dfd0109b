// What a kernel asks about its own life, and its words for the operator.

import * as lifecycle from "ring:kernel/lifecycle@0.1.0";
import { log as write } from "ring:kernel/log@0.1.0";

/** The name under which the host launched this kernel. */
export const kernelId = () => lifecycle.kernelId();

/** Whether the host asked the kernel to end. Look at it once a turn of a long loop. */
export const shouldTerminate = () => lifecycle.shouldTerminate();

/** False while the host has the kernel paused. */
export const isActive = () => lifecycle.isActive();

/** Waits until the kernel is active; false if it is asked to end. */
export const waitActive = () => lifecycle.waitActive() === "active";

/** Logs a line for the host's operator. */
export const log = {
  trace: (...values) => write("trace", line(values)),
  debug: (...values) => write("debug", line(values)),
  info: (...values) => write("info", line(values)),
  warn: (...values) => write("warn", line(values)),
  error: (...values) => write("error", line(values)),
};

function line(values) {
  return values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" ");
}

globalThis.console = {
  log: log.info,
  info: log.info,
  debug: log.debug,
  trace: log.trace,
  warn: log.warn,
  error: log.error,
};
