// Sends back what it receives, by the bindings that wit-bindgen makes of the contract.
#include "kernel.h"

bool exports_kernel_run(kernel_string_t *error) {
  (void)error;
  for (;;) {
    ring_kernel_messaging_message_t message;
    ring_kernel_messaging_receive_error_t ended;
    if (!ring_kernel_messaging_receive(NULL, &message, &ended)) return true;
    ring_kernel_messaging_outgoing_t reply = {.payload = message.payload};
    ring_kernel_messaging_send_error_t unsent;
    ring_kernel_messaging_send(&reply, NULL, &unsent);
    ring_kernel_types_message_free(&message);
  }
}
