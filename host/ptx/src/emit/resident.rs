//! What is around a function that resides on the device: a loop over messages, in a block of threads.
//!
//! The first thread looks for a message, all copy it to where the function expects it, run their items, and
//! copy what it has left to the answers. What is outside of the arena is reached here only, by registers that
//! the function's own code does not name.

use super::Printer;
use super::entry::Entry;
use super::fuel;
use crate::error::Result;
use crate::options::Options;
use crate::record::{Record, TrapSite};
use crate::ring::Ring;

/// The name of the kernel.
pub const RESIDENT: &str = "resident";

/// The kernel's parameters before the function's own.
const PARAMETERS: [(&str, &str); 13] = [
    ("u64", "arena"),
    ("u64", "size"),
    ("u64", "record"),
    ("u64", "ring"),
    ("u64", "count"),
    ("u64", "fuel"),
    ("u32", "stack"),
    ("u32", "depth"),
    ("u32", "input"),
    ("u32", "inputs"),
    ("u32", "output"),
    ("u32", "outputs"),
    ("u32", "polls"),
];

/// Registers that every such kernel has.
const REGISTERS: &str = "\
\t.reg .b64 \t%arena, %size, %record, %ring, %first, %count, %step, %index, %item, %wide;
\t.reg .b64 \t%full, %rest, %left, %launch, %key, %word, %messages, %answers, %into, %from;
\t.reg .b64 \t%row, %source, %target;
\t.reg .b32 \t%slice, %fuel, %stack, %depth, %input, %inputs, %output, %outputs, %polls;
\t.reg .b32 \t%turn, %found, %thread, %lane, %lanes, %own, %all, %done, %idle;
\t.reg .b32 \t%head, %control, %slot, %place;
\t.reg .pred \t%bad, %far, %leads, %goes, %ends;
";

/// Which items are the thread's, and where messages, answers, and the function's own bytes are.
const FIRST: &str = "\
\tmov.u32 \t%lane, %tid.x;
\tmov.u32 \t%lanes, %ntid.x;
\tcvt.u64.u32 \t%index, %lane;
\tcvt.u64.u32 \t%step, %lanes;
\tmov.b64 \t%first, 0;
\tmov.b64 \t%launch, 0;
\tsetp.eq.u32 \t%leads, %lane, 0;
\tmul.wide.u32 \t%wide, %depth, 8;
\tadd.s64 \t%messages, %ring, %wide;
\tadd.s64 \t%messages, %messages, 256;
\tmul.wide.u32 \t%wide, %depth, %inputs;
\tadd.s64 \t%answers, %messages, %wide;
\tmad.wide.u32 \t%into, %input, 1, %arena;
\tmad.wide.u32 \t%from, %output, 1, %arena;
\tshl.b32 \t%own, %lane, 2;
\tshl.b32 \t%all, %lanes, 2;
\tmov.b32 \t%done, 0;
\tmov.b32 \t%idle, 0;
\tsetp.ne.u32 \t%ends, %lane, %lane;
";

/// The first thread looks for a message, the others wait; then all know whether there is one.
const LOOK: &str = "\
$poll:
\tsetp.ne.u32 \t%goes, %lane, %lane;
\t@!%leads bra \t$meet;
\t@%ends bra \t$meet;
\tld.acquire.sys.global.u64 \t%word, [%ring+0];
\tcvt.u32.u64 \t%head, %word;
\tshr.u64 \t%wide, %word, 32;
\tcvt.u32.u64 \t%control, %wide;
\tsetp.eq.u32 \t%ends, %control, 2;
\t@%ends bra \t$meet;
\tsetp.ne.u32 \t%goes, %head, %done;
\t@%goes bra \t$meet;
\tsetp.ne.u32 \t%ends, %control, 0;
\t@%ends bra \t$meet;
\tsetp.ge.u32 \t%ends, %idle, %polls;
\t@%ends bra \t$meet;
\tadd.u32 \t%idle, %idle, 1;
\tnanosleep.u32 \t100;
\tbra \t$poll;
$meet:
\tbarrier.red.or.pred \t%goes, 0, %goes;
\t@!%goes bra \t$leave;
\tmov.b32 \t%idle, 0;
\trem.u32 \t%slot, %done, %depth;
";

/// All copy the message to where the function expects it, and begin with their items.
const READ: &str = "\
\tmul.wide.u32 \t%row, %slot, %inputs;
\tadd.s64 \t%row, %messages, %row;
\tmov.b32 \t%place, %own;
$read:
\tsetp.ge.u32 \t%far, %place, %inputs;
\t@%far bra \t$begin;
\tcvt.u64.u32 \t%wide, %place;
\tadd.s64 \t%source, %row, %wide;
\tadd.s64 \t%target, %into, %wide;
\tld.relaxed.sys.global.b32 \t%found, [%source+0];
\tst.global.b32 \t[%target+0], %found;
\tadd.u32 \t%place, %place, %all;
\tbra \t$read;
$begin:
\tbarrier.sync \t0;
\tmov.b32 \t%turn, 0;
\tcvt.u64.u32 \t%index, %lane;
\tsetp.ge.u64 \t%far, %index, %count;
\t@%far bra \t$exit;
";

/// All copy what the function has left to the answers, and the first says so, with what the record says.
/// It takes that out of the record, so that nothing that the host writes there meanwhile is lost. What the
/// host has cancelled is not answered, and behind a trap it is asked first.
const WRITE: &str = "\
$exit:
\tbarrier.sync \t0;
\tmul.wide.u32 \t%row, %slot, %outputs;
\tadd.s64 \t%row, %answers, %row;
\tmov.b32 \t%place, %own;
$write:
\tsetp.ge.u32 \t%far, %place, %outputs;
\t@%far bra \t$written;
\tcvt.u64.u32 \t%wide, %place;
\tadd.s64 \t%source, %from, %wide;
\tadd.s64 \t%target, %row, %wide;
\tld.global.b32 \t%found, [%source+0];
\tst.relaxed.sys.global.b32 \t[%target+0], %found;
\tadd.u32 \t%place, %place, %all;
\tbra \t$write;
$written:
\tbarrier.sync \t0;
\tadd.u32 \t%done, %done, 1;
\t@!%leads bra \t$poll;
\tatom.relaxed.sys.global.exch.b64 \t%word, [%record], -1;
\tsetp.eq.u64 \t%ends, %word, 0;
\t@%ends bra \t$poll;
\tmul.wide.u32 \t%wide, %slot, 8;
\tadd.s64 \t%target, %ring, %wide;
\tst.relaxed.sys.global.u64 \t[%target+256], %word;
\tcvt.u64.u32 \t%wide, %done;
\tst.release.sys.global.u64 \t[%ring+128], %wide;
\tsetp.ne.u64 \t%ends, %word, -1;
\tbra \t$poll;
$leave:
\tret;
}
";

// The text says these numbers.
const _: () = assert!(
    Ring::GIVEN == 0
        && Ring::ANSWERED == 128
        && Ring::VERDICTS == 256
        && Ring::LAST == 1
        && Ring::END == 2
        && Record::CANCEL == 0
        && Record::CLEAR == u64::MAX
);

impl Printer<'_> {
    /// The whole kernel, once the function's body is printed.
    pub(super) fn finish_resident(
        mut self,
        options: &Options,
        entry: &Entry<'_>,
    ) -> Result<(String, Vec<TrapSite>)> {
        let mut text = self.head(options, entry, (RESIDENT, REGISTERS), &PARAMETERS);
        text.push_str("\tcvta.to.global.u64 \t%ring, %ring;\n");
        text.push_str(FIRST);
        self.fences(&mut text);
        self.arguments(&mut text, entry);
        if self.burns {
            fuel::slice(&mut text);
        }
        text.push_str(LOOK);
        text.push_str(READ);
        fuel::key(&mut text);
        self.all_items(&mut text, entry);
        text.push_str(WRITE);
        Ok((text, self.traps.sites()?))
    }
}
