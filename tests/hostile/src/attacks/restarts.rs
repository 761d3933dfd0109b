//! Attacks by dying: each death gives the host work, and the next instance a new life.

use crate::Promise::{DiesOn, Trapped};
use crate::text::kernel;
use crate::{Attack, Promise};
use ringhost::{InHand, KernelTelemetry, Restart, RestartWhen};
use std::time::Duration;

/// Dies.
const DIE: &str = "unreachable";

/// Receives as many messages as one call gives, and dies with them in hand.
const DIE_WITH_A_BATCH: &str =
    "(call $receive_batch (i32.const -1) (i32.const 0) (i64.const 0) (i32.const 64)) unreachable";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "die at once",
            "traps as soon as it runs, for ever",
            DiesOn,
            kernel("", DIE),
            endless(),
        )
        .leaving(|figures, _| often(figures)),
        attack(
            "return at once",
            "returns as soon as it runs, for ever",
            DiesOn,
            kernel("", "(i32.const 0)"),
            endless(),
        )
        .leaving(|figures, _| often(figures)),
        attack(
            "spend the budget",
            "traps as soon as it runs, more often than it may",
            Trapped("unreachable"),
            kernel("", DIE),
            Restart {
                budget: 3,
                ..endless()
            },
        )
        .leaving(|figures, _| figures.status.restarts == 3),
        attack(
            "die with what was sent",
            "traps with all messages in hand that it can get, for ever",
            DiesOn,
            kernel("", DIE_WITH_A_BATCH),
            endless(),
        )
        .leaving(|figures, _| {
            often(figures) && figures.dead_letters > 0 && figures.input.returned == 0
        }),
        attack(
            "die with what is tried again",
            "traps with all messages in hand that it can get, for ever, and gets them again",
            DiesOn,
            kernel("", DIE_WITH_A_BATCH),
            Restart {
                in_hand: InHand::Retry,
                attempts: u32::MAX,
                ..endless()
            },
        )
        .leaving(|figures, _| {
            often(figures) && figures.dead_letters == 0 && figures.input.returned > 0
        }),
        attack(
            "initialise at length and die",
            "burns most of its initialisers' fuel, and traps, for ever",
            DiesOn,
            kernel(
                "(func $start (local $left i32) (local.set $left (i32.const 10000000))
                    (loop $more
                        (br_if $more (local.tee $left
                            (i32.sub (local.get $left) (i32.const 1))))))
                (start $start)",
                DIE,
            ),
            endless(),
        )
        .leaving(|figures, _| often(figures)),
        attack(
            "take all memory and die",
            "grows its memory until that fails, touches it, and traps, for ever",
            DiesOn,
            kernel(
                "",
                "(loop $more
                    (br_if $more (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))
                (memory.fill (i32.const 0) (i32.const 1)
                    (i32.mul (memory.size) (i32.const 65536)))
                unreachable",
            ),
            endless(),
        )
        .leaving(|figures, _| often(figures)),
        attack(
            "say why and die",
            "logs as much as it may before it traps, for ever",
            DiesOn,
            kernel(
                "",
                "(call $log (i32.const 4) (i32.const 0) (i32.const 131072)) unreachable",
            ),
            endless(),
        )
        .leaving(|figures, _| often(figures)),
    ]
}

/// It was started again, and not only once.
fn often(figures: &KernelTelemetry) -> bool {
    figures.status.restarts > 1
}

/// As soon and as often as can be asked for.
fn endless() -> Restart {
    Restart {
        when: RestartWhen::Always,
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(1),
        budget: u32::MAX,
        ..Restart::default()
    }
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
    restart: Restart,
) -> Attack {
    let attack = Attack::new("restarts", name, description, promise, component);
    attack.restarting(restart)
}
