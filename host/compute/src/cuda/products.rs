//! Products of matrices by cuBLAS, which multiplies them faster than any function of ours could.

use super::blocks::Blocks;
use super::desk::Desk;
use super::devices::Opened;
use super::driver::{Blas, Fault, Multiplier, Refused};
use super::issue::{Issued, Slice, Stop};
use super::place::Place;
use crate::ComputeError;
use crate::catalogue::Gemm;
use crate::space::Step;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a turn may take in which matrices are multiplied. To wait more often would cost more than it should.
pub(super) const TURN: Duration = Duration::from_millis(10);

/// What is shorter says little of how fast longer ones are.
const SHORT: Duration = Duration::from_micros(100);

/// Steps in a microsecond, where nothing has been measured: as in [`Blocks`].
const SLOWEST: f64 = 2.0;

/// A block of a product that was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    is_long: bool,
    steps: u64,
}

/// What multiplies matrices in a context.
#[derive(Default)]
pub(super) struct Products {
    /// The library, once it has been looked for.
    blas: OnceLock<Option<Arc<Blas>>>,
    /// Whether it has turned out to be of no use here.
    is_given_up: AtomicBool,
    /// Steps in a microsecond of products with elements of 32 bits, and of 64, once they have been measured.
    rates: [Mutex<Option<f64>>; 2],
}

impl Products {
    fn rate(&self, is_long: bool) -> &Mutex<Option<f64>> {
        let [short, long] = &self.rates;
        if is_long { long } else { short }
    }

    /// How long so much should take, if that is known.
    pub(super) fn time(&self, is_long: bool, steps: u64) -> Option<Duration> {
        let rate = (*self.rate(is_long).lock())?;
        Duration::try_from_secs_f64(steps as f64 / rate / 1e6).ok()
    }

    /// A block by itself has taken so long.
    pub(super) fn measured(&self, piece: Piece, took: Duration) {
        let rate = piece.steps as f64 / (took.as_secs_f64() * 1e6).max(0.1);
        let mut known = self.rate(piece.is_long).lock();
        *known = match *known {
            Some(known) if took < SHORT => Some(known.max(rate)),
            _ => Some(rate),
        };
    }

    /// It has been slower than was thought, by this factor.
    pub(super) fn slowed(&self, piece: Piece, factor: f64) {
        if let Some(rate) = &mut *self.rate(piece.is_long).lock() {
            *rate /= factor;
        }
    }

    fn give_up(&self, reason: &str) {
        if !self.is_given_up.swap(true, Ordering::Relaxed) {
            tracing::warn!(reason, "cuBLAS does not multiply matrices on this device");
        }
    }

    /// Sees to it that there is something at a desk that multiplies; false where there cannot be, at least now.
    ///
    /// # Errors
    /// If the context is lost.
    pub(super) fn is_at(&self, desk: &mut Desk, opened: &Opened) -> Result<bool, Fault> {
        if self.is_given_up.load(Ordering::Relaxed) {
            return Ok(false);
        }
        if desk.multiplier.is_some() {
            return Ok(true);
        }
        let card = &opened.card;
        let find = || {
            let blas = Blas::find(card.driver).map(Arc::new);
            if blas.is_none() {
                tracing::debug!(
                    device = card.name,
                    "there is no cuBLAS to multiply matrices"
                );
            }
            blas
        };
        let Some(blas) = self.blas.get_or_init(find) else {
            return Ok(false);
        };
        match Multiplier::new(blas, &opened.context, card.capability) {
            Ok(multiplier) => {
                tracing::debug!(device = card.name, "cuBLAS multiplies matrices");
                desk.multiplier = Some(multiplier);
            }
            // There may be some when it is asked again.
            Err(Refused::NoMemory) => return Ok(false),
            Err(Refused::Unable(reason)) => {
                self.give_up(&reason);
                return Ok(false);
            }
            Err(Refused::Lost(fault)) => return Err(fault),
        }
        Ok(true)
    }
}

impl Place {
    /// How a step is cut where it is a product that a library can multiply.
    pub(super) fn blocks(&self, step: &Step) -> Option<Blocks> {
        let card = &self.opened.card;
        Blocks::new(step.product()?, card.capability, card.processors)
    }

    /// Has blocks of a product multiplied that are next; whether these were all, and none where its function is
    /// to do it.
    pub(super) fn multiply(
        &self,
        desk: &mut Desk,
        step: &Step,
        issued: &mut Issued,
    ) -> Result<Option<bool>, Stop> {
        let products = &self.opened.products;
        // What a function has begun it ends: its items are no blocks.
        let Some(blocks) = self.blocks(step).filter(|_| issued.first == 0) else {
            return Ok(None);
        };
        let has_begun = issued.part > 0;
        if !products.is_at(desk, &self.opened)? {
            return if has_begun {
                Err(no_memory())
            } else {
                Ok(None)
            };
        }
        let Some(multiplier) = &desk.multiplier else {
            return Ok(None);
        };
        while issued.part < blocks.count() {
            let (product, steps) = blocks.block(issued.part);
            let is_long = product.is_long;
            let known = products.time(is_long, steps);
            let takes = known.unwrap_or_else(|| {
                Duration::try_from_secs_f64(steps as f64 / SLOWEST / 1e6).unwrap_or(TURN)
            });
            // What has not been measured is measured by itself.
            let is_too_much = known.is_none() || issued.time.saturating_add(takes) > TURN;
            if issued.is_full() || (is_too_much && !issued.slices.is_empty()) {
                return Ok(Some(false));
            }
            match multiplier.multiply(&self.stream, &self.arena, &product) {
                Ok(()) => {}
                Err(Refused::Unable(reason)) if issued.part == 0 => {
                    products.give_up(&reason);
                    return Ok(None);
                }
                Err(refused) => return Err(self.stop(refused)),
            }
            let is_last = issued.part.saturating_add(1) == blocks.count();
            issued.slices.push(Slice {
                step: issued.step,
                part: issued.part,
                first: 0,
                count: if is_last { elements(step) } else { 0 },
                piece: Some(Piece { is_long, steps }),
            });
            issued.is_unknown = known.is_none();
            issued.takes_time(takes);
            issued.part = issued.part.saturating_add(1);
        }
        Ok(Some(true))
    }

    /// Has a whole product multiplied, as part of a round of which is known how long it takes.
    pub(super) fn multiply_all(
        &self,
        multiplier: &Multiplier,
        (number, step): (usize, &Step),
        blocks: &Blocks,
        slices: &mut Vec<Slice>,
    ) -> Result<(), Stop> {
        for part in 0..blocks.count() {
            let (product, steps) = blocks.block(part);
            multiplier
                .multiply(&self.stream, &self.arena, &product)
                .map_err(|refused| self.stop(refused))?;
            let is_last = part.saturating_add(1) == blocks.count();
            slices.push(Slice {
                step: number,
                part,
                first: 0,
                count: if is_last { elements(step) } else { 0 },
                piece: Some(Piece {
                    is_long: product.is_long,
                    steps,
                }),
            });
        }
        Ok(())
    }

    /// How long a whole product should take, if that is known.
    pub(super) fn time_of(&self, blocks: &Blocks) -> Option<Duration> {
        let mut all = Duration::ZERO;
        for part in 0..blocks.count() {
            let (product, steps) = blocks.block(part);
            let time = self.opened.products.time(product.is_long, steps)?;
            all = all.saturating_add(time);
            if all > TURN {
                break;
            }
        }
        Some(all)
    }

    /// What becomes of the commands when a block that others are behind, or before, is refused.
    fn stop(&self, refused: Refused) -> Stop {
        match refused {
            Refused::NoMemory => no_memory(),
            Refused::Lost(fault) => Stop::Fault(fault),
            // It has done the same before, so something is wrong.
            Refused::Unable(reason) => {
                self.opened.context.lose();
                Stop::Fault(Fault::Lost(reason))
            }
        }
    }
}

fn no_memory() -> Stop {
    Stop::Failed(ComputeError::OutOfMemory {
        requested: 0,
        reason:
            "cuBLAS has no memory left on the device to multiply matrices; make fewer or smaller \
                 spaces"
                .to_owned(),
    })
}

/// Elements of the result of a product.
fn elements(step: &Step) -> u32 {
    step.product().map_or(0, Gemm::elements)
}
