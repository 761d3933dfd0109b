// The contract's record of a message that is received.

import * as contract from "./contract";
import { Message, Priority } from "./message";
import { takeBytes } from "./memory";

/** The message of a record, whose payload is freed. */
export function takeMessage(record: usize): Message {
  return new Message(
    load<u64>(record + contract.MESSAGE_ID),
    load<u64>(record + contract.MESSAGE_CORRELATION),
    <Priority>load<u8>(record + contract.MESSAGE_PRIORITY),
    takeBytes(record + contract.MESSAGE_PAYLOAD),
  );
}
