/* Spaces and buffers: the contract's interface `compute`. */
#include "compute.h"

#include <stdlib.h>
#include <string.h>

static const char dropped[] = "it was dropped, or was never made";

static void device_of(ring_device *device, ring_kernel_compute_device_t *from) {
    const char *name = (const char *)from->name.ptr;
    device->kind = (ring_device_kind)from->kind;
    ringhost_compute_put(device->name, sizeof device->name, 0, name, from->name.len);
    device->memory = from->memory;
    device->lanes = from->lanes;
}

size_t ring_devices(ring_device *devices, size_t max) {
    ring_kernel_compute_list_device_t list;
    ring_kernel_compute_devices(&list);
    size_t count = list.len < max ? list.len : max;
    for (size_t at = 0; at < count; at++) {
        device_of(&devices[at], &list.ptr[at]);
    }
    ring_kernel_compute_list_device_free(&list);
    return count;
}

ring_compute_status ring_space_create(ring_space *space, ring_device_kind kind, uint64_t bytes) {
    ring_kernel_compute_device_kind_t wanted = (ring_kernel_compute_device_kind_t)kind;
    ring_kernel_compute_own_space_t made;
    ring_kernel_compute_error_t error;
    space->handle = 0;
    if (!ring_kernel_compute_static_space_create(kind == RING_ANY_DEVICE ? NULL : &wanted, bytes,
                                                 &made, &error)) {
        return ringhost_compute_failed(&error);
    }
    space->handle = made.__handle;
    return RING_COMPUTE_OK;
}

ring_compute_status ring_space_device(ring_space space, ring_device *device) {
    if (space.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID, dropped);
    }
    ring_kernel_compute_device_t from;
    ring_kernel_compute_method_space_device((ring_kernel_compute_borrow_space_t){space.handle},
                                            &from);
    device_of(device, &from);
    ring_kernel_compute_device_free(&from);
    return RING_COMPUTE_OK;
}

void ring_space_drop(ring_space *space) {
    if (space->handle != 0) {
        ring_kernel_compute_space_drop_own((ring_kernel_compute_own_space_t){space->handle});
        space->handle = 0;
    }
}

ring_compute_status ring_buffer_allocate(ring_buffer *buffer, ring_space space, uint32_t bytes) {
    ring_kernel_compute_own_buffer_t made;
    ring_kernel_compute_error_t error;
    buffer->handle = 0;
    if (space.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID, dropped);
    }
    if (!ring_kernel_compute_method_space_allocate(
            (ring_kernel_compute_borrow_space_t){space.handle}, bytes, &made, &error)) {
        return ringhost_compute_failed(&error);
    }
    buffer->handle = made.__handle;
    return RING_COMPUTE_OK;
}

ring_compute_status ring_buffer_of(ring_buffer *buffer, ring_space space, const void *bytes,
                                   size_t length) {
    ring_compute_status status = ring_buffer_allocate(buffer, space, length);
    if (status == RING_COMPUTE_OK) {
        status = ring_buffer_write(*buffer, 0, bytes, length);
    }
    if (status != RING_COMPUTE_OK) {
        ring_buffer_drop(buffer);
    }
    return status;
}

uint32_t ring_buffer_length(ring_buffer buffer) {
    return buffer.handle == 0 ? 0
                              : ring_kernel_compute_method_buffer_length(
                                    (ring_kernel_compute_borrow_buffer_t){buffer.handle});
}

ring_compute_status ring_buffer_write(ring_buffer buffer, uint32_t offset, const void *bytes,
                                      size_t length) {
    const size_t at_once = 1 << 20; /* what one call can hand to the host in any case */
    uint8_t *next = (uint8_t *)bytes;
    ring_kernel_compute_error_t error;
    if (buffer.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID, dropped);
    }
    do {
        size_t part = length < at_once ? length : at_once;
        ring_list_u8_t list = {part == 0 ? NULL : next, part};
        if (!ring_kernel_compute_method_buffer_write(
                (ring_kernel_compute_borrow_buffer_t){buffer.handle}, offset, &list, &error)) {
            return ringhost_compute_failed(&error);
        }
        next += part;
        offset += (uint32_t)part;
        length -= part;
    } while (length > 0);
    return RING_COMPUTE_OK;
}

ring_compute_status ring_buffer_read(ring_buffer buffer, uint32_t offset, void *bytes,
                                     size_t length) {
    return ring_buffer_read_within(buffer, offset, bytes, length, RING_FOREVER);
}

ring_compute_status ring_buffer_read_within(ring_buffer buffer, uint32_t offset, void *bytes,
                                            size_t length, uint64_t timeout) {
    ring_list_u8_t list;
    ring_kernel_compute_error_t error;
    if (buffer.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID, dropped);
    }
    if (!ring_kernel_compute_method_buffer_read(
            (ring_kernel_compute_borrow_buffer_t){buffer.handle}, offset, length,
            timeout == RING_FOREVER ? NULL : &timeout, &list, &error)) {
        return ringhost_compute_failed(&error);
    }
    if (list.len > 0) {
        memcpy(bytes, list.ptr, list.len < length ? list.len : length);
    }
    ring_list_u8_free(&list);
    return RING_COMPUTE_OK;
}

void ring_buffer_drop(ring_buffer *buffer) {
    if (buffer->handle != 0) {
        ring_kernel_compute_buffer_drop_own((ring_kernel_compute_own_buffer_t){buffer->handle});
        buffer->handle = 0;
    }
}
