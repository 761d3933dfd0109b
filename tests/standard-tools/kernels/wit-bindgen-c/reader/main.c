// Answers each message with the first line of the file that it names.
#include "kernel.h"

#include <stdio.h>
#include <string.h>

static void answer(ring_kernel_messaging_message_t *message) {
  char path[256] = {0};
  size_t length = message->payload.len < 255 ? message->payload.len : 255;
  memcpy(path, message->payload.ptr, length);
  char line[256] = "there is no such file";
  FILE *file = fopen(path, "r");
  if (file != NULL) {
    fgets(line, sizeof line, file);
    fclose(file);
  }
  ring_kernel_messaging_outgoing_t reply = {
      .payload = {.ptr = (uint8_t *)line, .len = strcspn(line, "\n")}};
  ring_kernel_messaging_send_error_t unsent;
  ring_kernel_messaging_send(&reply, NULL, &unsent);
}

bool exports_kernel_run(kernel_string_t *error) {
  (void)error;
  ring_kernel_messaging_message_t message;
  ring_kernel_messaging_receive_error_t ended;
  while (ring_kernel_messaging_receive(NULL, &message, &ended)) {
    answer(&message);
    ring_kernel_types_message_free(&message);
  }
  return true;
}
