//! Every access to memory, of all widths, offsets and alignments, up to the last byte of a space and beyond:
//! bit for bit what it is on the CPU, or the same trap.

use super::beside::{Beside, RESULT};
use super::fenced;
use ::operators::{LOADS, RMW, STORES, VECTOR_LOADS};
use ringhost_compute::{Devices, Fence};

const FENCES: [Fence; 3] = [Fence::Mask, Fence::Trap, Fence::Deferred];

/// How many bytes each item has to itself.
const OWN: u64 = 64;

/// Items in a launch: with each shift within the alignment, twice.
const ITEMS: u64 = 32;

/// An access: what its item does with the address `$p`, to which it adds an offset.
struct Access {
    what: String,
    body: String,
    bytes: u64,
    offset: u64,
    align: u64,
}

impl Access {
    /// Items at the very end of the spaces, and those that are beyond.
    async fn check(&self, devices: &Devices, fence: Fence) {
        let body = format!("(local.set $p (i32.load (local.get $at))) {}", self.body);
        let beside = Beside::new(devices, &format!("{} under {fence:?}", self.what), &body);
        let end = beside.end();
        let buffers = beside.buffers((3 << 20) + 65_536);
        let length = u64::from(buffers[0].len());
        let last = u64::from(buffers[0].address()) + length;
        let good = (0..ITEMS).map(|item| {
            let shift = item % 16 / self.align * self.align;
            last - OWN * (item + 1) + shift - self.offset
        });
        beside
            .agree(good.map(|p| vec![u128::from(p)]).collect())
            .await;
        Beside::same(&buffers, &beside).await;
        let beyond = end - self.offset - self.bytes + self.align;
        let far = [0x8000_0000, 0x1_0000_0000 - 16];
        if fence != Fence::Mask {
            for p in far.into_iter().chain([beyond]) {
                beside.trap(vec![u128::from(p)]).await;
            }
        }
    }
}

/// The ways in which accesses of so many bytes are made: with each alignment that they can promise, and
/// offsets within and beyond what lies behind a space.
fn ways(bytes: u32) -> Vec<(u64, u64)> {
    let aligns = [1, 2, 4, 8, 16].into_iter().filter(|align| *align <= bytes);
    let ways = aligns.flat_map(|align| [(align, 0), (align, 16), (align, 1 << 20)]);
    ways.map(|(align, offset)| (align.into(), offset)).collect()
}

fn access(name: &str, bytes: u32, (align, offset): (u64, u64), is_store: bool) -> Access {
    let memarg = format!("offset={offset} align={align}");
    let ty = name.split('.').next().unwrap_or_default();
    let body = if is_store {
        format!("({name} {memarg} (local.get $p) ({ty}.load offset=1 align=1 (local.get $at)))")
    } else {
        format!("({ty}.store offset={RESULT} (local.get $at) ({name} {memarg} (local.get $p)))")
    };
    Access {
        what: format!("{name} {memarg}"),
        body,
        bytes: bytes.into(),
        offset,
        align,
    }
}

/// How many bytes a load of a vector loads.
fn vector_bytes(name: &str) -> u32 {
    match name.trim_start_matches("v128.load") {
        "" => 16,
        part if part.starts_with("8_") => 1,
        part if part.starts_with("16_") => 2,
        part if part.starts_with("32_") => 4,
        _ => 8,
    }
}

async fn accesses_under(fence: Fence) {
    let devices = fenced(fence);
    let all = (LOADS.iter().map(|(name, bytes)| (*name, *bytes, false)))
        .chain(STORES.iter().map(|(name, bytes)| (*name, *bytes, true)))
        .chain(
            VECTOR_LOADS
                .iter()
                .map(|name| (*name, vector_bytes(name), false)),
        )
        .chain([("v128.store", 16, true)]);
    for (name, bytes, is_store) in all {
        for way in ways(bytes) {
            access(name, bytes, way, is_store)
                .check(&devices, fence)
                .await;
        }
    }
}

#[tokio::test]
async fn loads_and_stores_are_as_on_the_cpu() {
    accesses_under(Fence::Mask).await;
}

#[tokio::test]
async fn loads_and_stores_are_as_on_the_cpu_where_they_trap() {
    accesses_under(Fence::Trap).await;
}

#[tokio::test]
async fn loads_and_stores_are_as_on_the_cpu_where_traps_are_deferred() {
    accesses_under(Fence::Deferred).await;
}

/// Every atomic operator, by its name, its type and how many bytes it reads.
fn atomics() -> Vec<(String, &'static str, u32)> {
    let mut all = Vec::new();
    for (ty, part, sign, bytes) in [
        ("i32", "", "", 4),
        ("i32", "8", "_u", 1),
        ("i32", "16", "_u", 2),
        ("i64", "", "", 8),
        ("i64", "8", "_u", 1),
        ("i64", "16", "_u", 2),
        ("i64", "32", "_u", 4),
    ] {
        all.push((format!("{ty}.atomic.load{part}{sign}"), ty, bytes));
        all.push((format!("{ty}.atomic.store{part}"), ty, bytes));
        for operator in RMW {
            all.push((format!("{ty}.atomic.rmw{part}.{operator}{sign}"), ty, bytes));
        }
    }
    all
}

#[tokio::test]
async fn atomic_operators_are_as_on_the_cpu() {
    for fence in FENCES {
        let devices = fenced(fence);
        for (name, ty, bytes) in atomics() {
            let keep = format!("({ty}.store offset={RESULT} (local.get $at)");
            let body = if name.contains("load") {
                format!("{keep} ({name} offset=16 (local.get $p)))")
            } else if name.contains("store") {
                format!("({name} offset=16 (local.get $p) ({ty}.const -7))")
            } else if name.contains("cmpxchg") {
                // Half of the items find what they expect.
                let expected = format!(
                    "(select ({ty}.const 9) ({} offset=16 (local.get $p))
                        (i32.and (local.get $item) (i32.const 1)))",
                    name.replace(".rmw", ".load").replace(".cmpxchg", "")
                );
                format!("{keep} ({name} offset=16 (local.get $p) {expected} ({ty}.const -7)))")
            } else {
                format!("{keep} ({name} offset=16 (local.get $p) ({ty}.const -7)))")
            };
            let access = Access {
                what: name,
                body,
                bytes: bytes.into(),
                offset: 16,
                align: bytes.into(),
            };
            access.check(&devices, fence).await;
        }
    }
}

#[tokio::test]
async fn many_items_that_change_one_word_leave_what_they_do_on_the_cpu() {
    let devices = fenced(Fence::Mask);
    for ty in ["i32", "i64"] {
        for operator in ["add", "sub", "and", "or", "xor"] {
            let name = format!("{ty}.atomic.rmw.{operator}");
            let value = format!("({ty}.load (local.get $at))");
            let body = format!(
                "(drop ({name} (i32.load offset=16 (local.get $at)) {value})) (atomic.fence)"
            );
            let beside = Beside::new(&devices, &name, &body);
            let word = beside.buffers(64);
            let address = u128::from(word[0].address());
            let items =
                (0..5000).map(|item: u128| vec![(item * 0x9e37_79b9_7f4a_7c15) | 3, address]);
            beside.agree(items.collect()).await;
            Beside::same(&word, &beside).await;
        }
    }
}

#[tokio::test]
async fn memory_is_copied_and_filled_as_on_the_cpu() {
    let part = |at: u32| format!("(i32.load offset={at} (local.get $at))");
    let (to, other, count) = (part(0), part(16), part(32));
    for fence in FENCES {
        let devices = fenced(fence);
        for name in ["memory.copy", "memory.fill"] {
            let what = format!("{name} under {fence:?}");
            let beside = Beside::new(&devices, &what, &format!("({name} {to} {other} {count})"));
            let buffers = beside.buffers(64 << 10);
            let start = u128::from(buffers[0].address());
            // Overlapping from below and from above, and off all alignments, each in 512 bytes of its own.
            let ways = [
                [64, 0, 40],
                [64, 60, 40],
                [60, 64, 40],
                [61, 64, 39],
                [64, 61, 39],
                [64, 64, 12],
                [3, 9, 0],
                [512, 0, 0],
                [300, 0, 212],
                [0, 299, 213],
                [1, 0, 511],
                [0, 1, 511],
            ];
            let place = |from: u128, item: usize| start + 512 * item as u128 + from;
            let operands = ways.iter().enumerate().map(|(item, [to, from, count])| {
                vec![place(*to, item), place(*from, item), *count]
            });
            beside.agree(operands.collect()).await;
            Beside::same(&buffers, &beside).await;
            let end = u128::from(beside.end());
            if fence == Fence::Trap {
                for [to, from, count] in [
                    [end - 36, start, 37],
                    [end + 1, start, 0],
                    [0xffff_ffff, start, 1],
                    [start, start, 0xffff_ffff],
                    [0xffff_fffc, start, 8],
                ] {
                    beside.trap(vec![to, from, count]).await;
                }
            }
        }
    }
}
