/* Commands, plans and events: the contract's interface `compute`. */
#include "compute.h"

/* Commands have the contract's own form, so that they need no other. */
#define IS_AT(kind, ours, theirs)                                                                  \
    _Static_assert(offsetof(ring_##kind, value.ours) == offsetof(CONTRACT(kind), val.theirs),      \
                   "a " #kind " is in the contract's form")
#define CONTRACT(kind) ring_kernel_compute_##kind##_t

_Static_assert(sizeof(ring_argument) == sizeof(CONTRACT(argument)), "arguments are as long");
IS_AT(argument, f32, float32);
IS_AT(argument, f64, float64);
_Static_assert(sizeof(ring_command) == sizeof(CONTRACT(command)), "commands are as long");
_Static_assert(RING_IS_BUFFER == RING_KERNEL_COMPUTE_ARGUMENT_BUFFER, "arguments are counted alike");
_Static_assert(RING_IS_LAUNCH == RING_KERNEL_COMPUTE_COMMAND_LAUNCH, "commands are counted alike");
IS_AT(command, write.offset, write.offset);
IS_AT(command, write.bytes, write.bytes.ptr);
IS_AT(command, write.length, write.bytes.len);
IS_AT(command, copy.to_offset, copy.to_offset);
IS_AT(command, copy.from, copy.from);
IS_AT(command, copy.from_offset, copy.from_offset);
IS_AT(command, copy.length, copy.length);
IS_AT(command, fill.offset, fill.offset);
IS_AT(command, fill.length, fill.length);
IS_AT(command, fill.byte, fill.byte);
IS_AT(command, launch.function, launch.function.ptr);
IS_AT(command, launch.function_length, launch.function.len);
IS_AT(command, launch.items, launch.items);
IS_AT(command, launch.arguments, launch.arguments.ptr);
IS_AT(command, launch.count, launch.arguments.len);
IS_AT(command, launch.fuel.is_some, launch.fuel.is_some);
IS_AT(command, launch.fuel.units, launch.fuel.val);

_Static_assert(RING_IS_GEMM == RING_KERNEL_COMPUTE_COMMAND_GEMM, "commands are counted alike");
_Static_assert(RING_FLOAT64 == RING_KERNEL_COMPUTE_ELEMENT_FLOAT64, "elements are counted alike");
_Static_assert(RING_MAXIMUM == RING_KERNEL_COMPUTE_OPERATOR_MAXIMUM, "operators are counted alike");
IS_AT(command, reduce.op, reduce.operator_);
IS_AT(command, reduce.from, reduce.from);
IS_AT(command, reduce.to_offset, reduce.to_offset);
IS_AT(command, scan.exclusive, scan.exclusive);
IS_AT(command, scan.from, scan.from);
IS_AT(command, scan.to_offset, scan.to_offset);
IS_AT(command, sort.descending, sort.descending);
IS_AT(command, sort.count, sort.count);
IS_AT(command, sort.values.is_some, sort.values.is_some);
IS_AT(command, sort.values.buffer, sort.values.val.buffer);
IS_AT(command, sort.values.offset, sort.values.val.offset);
IS_AT(command, gemm.k, gemm.k);
IS_AT(command, gemm.alpha, gemm.alpha);
IS_AT(command, gemm.a.transposed, gemm.a.transposed);
IS_AT(command, gemm.b, gemm.b);
IS_AT(command, gemm.beta, gemm.beta);
IS_AT(command, gemm.c.offset, gemm.c.offset);

static bool has_buffers(const ring_command *command) {
    switch (command->kind) {
    case RING_IS_WRITE:
        return command->value.write.to.handle != 0;
    case RING_IS_COPY:
        return command->value.copy.to.handle != 0 && command->value.copy.from.handle != 0;
    case RING_IS_FILL:
        return command->value.fill.to.handle != 0;
    case RING_IS_REDUCE:
        return command->value.reduce.to.handle != 0 && command->value.reduce.from.handle != 0;
    case RING_IS_SCAN:
        return command->value.scan.to.handle != 0 && command->value.scan.from.handle != 0;
    case RING_IS_SORT:
        return command->value.sort.keys.handle != 0 &&
               (!command->value.sort.values.is_some || command->value.sort.values.buffer.handle != 0);
    case RING_IS_GEMM:
        return command->value.gemm.a.buffer.handle != 0 &&
               command->value.gemm.b.buffer.handle != 0 && command->value.gemm.c.buffer.handle != 0;
    default:
        break;
    }
    for (size_t at = 0; at < command->value.launch.count; at++) {
        const ring_argument *argument = &command->value.launch.arguments[at];
        if (argument->kind == RING_IS_BUFFER && argument->value.buffer.handle == 0) {
            return false;
        }
    }
    return true;
}

ring_compute_status ringhost_compute_check(ring_space space, const ring_command *commands,
                                           size_t count) {
    if (space.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID,
                                        "the space was dropped, or was never made");
    }
    for (size_t at = 0; at < count; at++) {
        if (!has_buffers(&commands[at])) {
            return ringhost_compute_refused(
                RING_COMPUTE_INVALID, "a buffer of a command was dropped, or was never made");
        }
    }
    return RING_COMPUTE_OK;
}

ring_compute_status ring_submit(ring_space space, const ring_command *commands, size_t count,
                                ring_event *event) {
    ring_kernel_compute_list_command_t list = {(ring_kernel_compute_command_t *)commands, count};
    ring_kernel_compute_own_event_t made;
    ring_kernel_compute_error_t error;
    event->handle = 0;
    ring_compute_status status = ringhost_compute_check(space, commands, count);
    if (status != RING_COMPUTE_OK) {
        return status;
    }
    if (!ring_kernel_compute_method_space_submit((ring_kernel_compute_borrow_space_t){space.handle},
                                                 &list, &made, &error)) {
        return ringhost_compute_failed(&error);
    }
    event->handle = made.__handle;
    return RING_COMPUTE_OK;
}

ring_compute_status ring_run(ring_space space, const ring_command *commands, size_t count,
                             ring_stats *stats) {
    ring_event event;
    ring_compute_status status = ring_submit(space, commands, count, &event);
    if (status == RING_COMPUTE_OK) {
        status = ring_event_wait(event, RING_FOREVER, stats);
        ring_event_drop(&event);
    }
    return status;
}

ring_compute_status ring_plan_make(ring_plan *plan, ring_space space, const ring_command *commands,
                                   size_t count) {
    ring_kernel_compute_list_command_t list = {(ring_kernel_compute_command_t *)commands, count};
    ring_kernel_compute_own_plan_t made;
    ring_kernel_compute_error_t error;
    plan->handle = 0;
    ring_compute_status status = ringhost_compute_check(space, commands, count);
    if (status != RING_COMPUTE_OK) {
        return status;
    }
    if (!ring_kernel_compute_method_space_plan((ring_kernel_compute_borrow_space_t){space.handle},
                                               &list, &made, &error)) {
        return ringhost_compute_failed(&error);
    }
    plan->handle = made.__handle;
    return RING_COMPUTE_OK;
}

ring_compute_status ring_plan_run(ring_plan plan, uint32_t times, ring_event *event) {
    ring_kernel_compute_own_event_t made;
    ring_kernel_compute_error_t error;
    event->handle = 0;
    if (plan.handle == 0) {
        return ringhost_compute_refused(RING_COMPUTE_INVALID,
                                        "the plan was dropped, or was never made");
    }
    if (!ring_kernel_compute_method_plan_run((ring_kernel_compute_borrow_plan_t){plan.handle},
                                             times, &made, &error)) {
        return ringhost_compute_failed(&error);
    }
    event->handle = made.__handle;
    return RING_COMPUTE_OK;
}

void ring_plan_drop(ring_plan *plan) {
    if (plan->handle != 0) {
        ring_kernel_compute_plan_drop_own((ring_kernel_compute_own_plan_t){plan->handle});
        plan->handle = 0;
    }
}

static ring_compute_status ended(const ring_kernel_compute_stats_t *from, ring_stats *stats) {
    if (stats != NULL) {
        *stats = (ring_stats){from->device_time, from->launches, from->items};
    }
    return RING_COMPUTE_OK;
}

static ring_compute_status no_event(void) {
    return ringhost_compute_refused(RING_COMPUTE_INVALID,
                                    "the event was dropped, or was never made");
}

ring_compute_status ring_event_poll(ring_event event, ring_stats *stats) {
    ring_kernel_compute_result_stats_error_t result;
    if (event.handle == 0) {
        return no_event();
    }
    if (!ring_kernel_compute_method_event_poll((ring_kernel_compute_borrow_event_t){event.handle},
                                               &result)) {
        return ringhost_compute_refused(RING_COMPUTE_TIMEOUT, "it goes on");
    }
    return result.is_err ? ringhost_compute_failed(&result.val.err) : ended(&result.val.ok, stats);
}

ring_compute_status ring_event_wait(ring_event event, uint64_t timeout, ring_stats *stats) {
    ring_kernel_compute_stats_t result;
    ring_kernel_compute_error_t error;
    if (event.handle == 0) {
        return no_event();
    }
    if (!ring_kernel_compute_method_event_wait((ring_kernel_compute_borrow_event_t){event.handle},
                                               timeout == RING_FOREVER ? NULL : &timeout, &result,
                                               &error)) {
        return ringhost_compute_failed(&error);
    }
    return ended(&result, stats);
}

void ring_event_cancel(ring_event event) {
    if (event.handle != 0) {
        ring_kernel_compute_method_event_cancel((ring_kernel_compute_borrow_event_t){event.handle});
    }
}

void ring_event_drop(ring_event *event) {
    if (event->handle != 0) {
        ring_kernel_compute_event_drop_own((ring_kernel_compute_own_event_t){event->handle});
        event->handle = 0;
    }
}
