// Doubles numbers: the first kernel to read.
#include "messages.h"

static const char *doubler(const ring_message *message, ring_replies *replies) {
    Request request;
    const char *error = request_decode(&request, message);
    if (error != NULL) {
        return error;
    }
    // Wrapping around where that is out of range.
    Response response = {.result = (int64_t)((uint64_t)request.value * 2)};
    return response_reply(replies, &response);
}

RING_SERVE(doubler)
