// Sends back what it receives, by the modules that componentize-qjs makes of the contract.
import { receive, send } from "ring:kernel/messaging@0.1.0";

export function run() {
  for (;;) {
    let message;
    try {
      message = receive(undefined);
    } catch {
      return;
    }
    const { payload } = message;
    send({ payload, correlation: undefined, priority: undefined }, undefined);
  }
}
