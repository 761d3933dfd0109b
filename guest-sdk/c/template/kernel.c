// The kernel {{name}}: says how long texts are.
#include "messages.h"

// What is kept outside of the function lives as long as the kernel.
static uint64_t texts;

static const char *measure(const ring_message *message, ring_replies *replies) {
    Request request;
    const char *error = request_decode(&request, message);
    if (error != NULL) {
        return error;
    }
    Response response = {.characters = 0, .texts = ++texts};
    for (size_t at = 0; at < request.text.length; at++) {
        // A character's further bytes begin with the bits 10.
        response.characters += (request.text.text[at] & 0xc0) != 0x80;
    }
    return response_reply(replies, &response);
}

// A loop that calls the function with each message; RING_HANDLER is a handler.
RING_SERVE(measure)
