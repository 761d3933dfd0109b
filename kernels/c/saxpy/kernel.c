// Scales and adds vectors, on a GPU or on all CPU cores: the first compute kernel to read.
#include "messages.h"
#include "ringhost_compute.h"

// One element of a * x + y.
RING_COMPUTE(saxpy, "a:value x:in:f32 y:inout:f32")
void saxpy(uint32_t item, float a, const float *x, float *y) {
    y[item] = a * x[item] + y[item];
}

// Computes it in a space.
static ring_compute_status compute(const Request *request, ring_space space, float *sum) {
    ring_buffer x = {0}, y = {0};
    size_t bytes = request->y.count * sizeof(float);
    ring_compute_status status = ring_buffer_of(&x, space, request->x.items, bytes);
    if (status == RING_COMPUTE_OK) {
        status = ring_buffer_of(&y, space, request->y.items, bytes);
    }
    if (status == RING_COMPUTE_OK) {
        ring_command launch = RING_LAUNCH(saxpy, request->y.count, ring_f32(request->a),
                                          ring_address(x), ring_address(y));
        status = ring_run(space, &launch, 1, NULL);
    }
    if (status == RING_COMPUTE_OK) {
        status = ring_buffer_read(y, 0, sum, bytes);
    }
    ring_buffer_drop(&x);
    ring_buffer_drop(&y);
    return status;
}

static const char *answer(const ring_message *message, ring_replies *replies) {
    Request request;
    const char *error = request_decode(&request, message);
    if (error != NULL) {
        return error;
    }
    if (request.x.count != request.y.count) {
        return "x and y are not of one length";
    }
    size_t bytes = request.y.count * sizeof(float);
    float *sum = ring_scratch(bytes);
    if (sum == NULL) {
        return "there is no memory for the sum";
    }
    ring_space space;
    // Each buffer begins at a multiple of 256.
    ring_compute_status status = ring_space_create(&space, RING_ANY_DEVICE, 2 * (bytes + 256));
    if (status == RING_COMPUTE_OK) {
        status = compute(&request, space, sum);
        ring_space_drop(&space);
    }
    if (status != RING_COMPUTE_OK) {
        return ring_compute_words();
    }
    Output output = {sum, request.y.count};
    return output_reply(replies, &output);
}

RING_SERVE(answer)
