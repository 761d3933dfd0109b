/* Functions that stay on a device: the contract's resource `resident`. */
#include "compute.h"

#define BORROWED(kind, name) ((ring_kernel_compute_borrow_##kind##_t){(name).handle})

static ring_compute_status dropped(void) {
    return ringhost_compute_refused(RING_COMPUTE_INVALID,
                                    "the resident was dropped, or was never made");
}

ring_compute_status ring_reside(ring_resident *resident, ring_space space, ring_command launch,
                                ring_buffer input, ring_buffer output, uint32_t depth) {
    ring_kernel_compute_own_resident_t made;
    ring_kernel_compute_error_t error;
    *resident = (ring_resident){0, 0};
    if (launch.kind != RING_IS_LAUNCH) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID, "what resides is a launch");
    }
    ring_compute_status status = ringhost_compute_check(space, &launch, 1);
    if (status != RING_COMPUTE_OK) {
        return status;
    }
    if (input.handle == 0 || output.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID,
                                        "the input or the output was dropped, or was never made");
    }
    ring_kernel_compute_residence_t residence = {
        .launch = ((ring_kernel_compute_command_t *)&launch)->val.launch,
        .input = BORROWED(buffer, input),
        .output = BORROWED(buffer, output),
        .depth = depth,
    };
    if (!ring_kernel_compute_method_space_reside(BORROWED(space, space), &residence, &made,
                                                 &error)) {
        return ringhost_compute_failed(&error);
    }
    *resident = (ring_resident){made.__handle, ring_buffer_length(output)};
    return RING_COMPUTE_OK;
}

ring_compute_status ring_resident_send(ring_resident resident, const void *message, size_t length,
                                       bool *is_sent) {
    ring_list_u8_t list = {length == 0 ? NULL : (uint8_t *)message, length};
    ring_kernel_compute_error_t error;
    *is_sent = false;
    if (resident.handle == 0) {
        return dropped();
    }
    if (!ring_kernel_compute_method_resident_send(BORROWED(resident, resident), &list, is_sent,
                                                  &error)) {
        return ringhost_compute_failed(&error);
    }
    return RING_COMPUTE_OK;
}

ring_compute_status ring_resident_receive(ring_resident resident, void *answer, size_t length,
                                          uint64_t timeout) {
    ring_list_u8_t list;
    ring_kernel_compute_error_t error;
    if (resident.handle == 0) {
        return dropped();
    }
    if (!ring_kernel_compute_method_resident_receive(BORROWED(resident, resident),
                                                     timeout == RING_FOREVER ? NULL : &timeout,
                                                     &list, &error)) {
        return ringhost_compute_failed(&error);
    }
    if (list.len > 0) {
        memcpy(answer, list.ptr, list.len < length ? list.len : length);
    }
    ring_list_u8_free(&list);
    return RING_COMPUTE_OK;
}

ring_compute_status ring_resident_ask(ring_resident resident, const void *message, size_t length,
                                      void *answer, size_t answer_length) {
    bool is_sent;
    ring_compute_status status = ring_resident_send(resident, message, length, &is_sent);
    if (status != RING_COMPUTE_OK) {
        return status;
    }
    if (!is_sent) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID,
                                        "other messages are under way: receive their answers first");
    }
    return ring_resident_receive(resident, answer, answer_length, RING_FOREVER);
}

void ring_resident_pause(ring_resident resident) {
    if (resident.handle != 0) {
        ring_kernel_compute_method_resident_pause(BORROWED(resident, resident));
    }
}

ring_compute_status ring_resident_resume(ring_resident resident) {
    ring_kernel_compute_error_t error;
    if (resident.handle == 0) {
        return dropped();
    }
    if (!ring_kernel_compute_method_resident_resume(BORROWED(resident, resident), &error)) {
        return ringhost_compute_failed(&error);
    }
    return RING_COMPUTE_OK;
}

void ring_resident_stop(ring_resident resident) {
    if (resident.handle != 0) {
        ring_kernel_compute_method_resident_stop(BORROWED(resident, resident));
    }
}

ring_stats ring_resident_stats(ring_resident resident) {
    ring_kernel_compute_stats_t stats = {0};
    if (resident.handle != 0) {
        ring_kernel_compute_method_resident_stats(BORROWED(resident, resident), &stats);
    }
    return (ring_stats){stats.device_time, stats.launches, stats.items};
}

void ring_resident_drop(ring_resident *resident) {
    if (resident->handle != 0) {
        ring_kernel_compute_resident_drop_own(
            (ring_kernel_compute_own_resident_t){resident->handle});
        resident->handle = 0;
    }
}
