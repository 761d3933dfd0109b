//! What is around a function that resides on the device: it comes to the ring, and to the arena by plain
//! numbers of the host's. So all of it is held to be what it is, word by word.

use super::Lint;

/// The accesses, each there once, with what stands right before it.
const ACCESSES: [(&str, &[&str]); 8] = [
    ("ld.acquire.sys.global.u64 \t%word, [%ring+0]", &[]),
    ("st.release.sys.global.u64 \t[%ring+128], %wide", &[]),
    (
        "st.relaxed.sys.global.u64 \t[%target+256], %word",
        &[
            "mul.wide.u32 \t%wide, %slot, 8",
            "add.s64 \t%target, %ring, %wide",
        ],
    ),
    (
        "atom.relaxed.sys.global.exch.b64 \t%word, [%record], -1",
        &[],
    ),
    ("ld.relaxed.sys.global.b32 \t%found, [%source+0]", &COPY_IN),
    ("ld.global.b32 \t%found, [%source+0]", &COPY_OUT),
    (
        "st.global.b32 \t[%target+0], %found",
        &["ld.relaxed.sys.global.b32 \t%found, [%source+0]"],
    ),
    (
        "st.relaxed.sys.global.b32 \t[%target+0], %found",
        &["ld.global.b32 \t%found, [%source+0]"],
    ),
];

const COPY_IN: [&str; 5] = [
    "setp.ge.u32 \t%far, %place, %inputs",
    "@%far bra \t$begin",
    "cvt.u64.u32 \t%wide, %place",
    "add.s64 \t%source, %row, %wide",
    "add.s64 \t%target, %into, %wide",
];

const COPY_OUT: [&str; 5] = [
    "setp.ge.u32 \t%far, %place, %outputs",
    "@%far bra \t$written",
    "cvt.u64.u32 \t%wide, %place",
    "add.s64 \t%source, %from, %wide",
    "add.s64 \t%target, %row, %wide",
];

/// All that is ever written to the registers that those stand on.
const WRITERS: [(&str, &[&str]); 17] = [
    ("%depth", &["ld.param.u32 \t%depth, [depth]"]),
    ("%input", &["ld.param.u32 \t%input, [input]"]),
    ("%inputs", &["ld.param.u32 \t%inputs, [inputs]"]),
    ("%output", &["ld.param.u32 \t%output, [output]"]),
    ("%outputs", &["ld.param.u32 \t%outputs, [outputs]"]),
    ("%lane", &["mov.u32 \t%lane, %tid.x"]),
    ("%lanes", &["mov.u32 \t%lanes, %ntid.x"]),
    ("%own", &["shl.b32 \t%own, %lane, 2"]),
    ("%all", &["shl.b32 \t%all, %lanes, 2"]),
    ("%into", &["mad.wide.u32 \t%into, %input, 1, %arena"]),
    ("%from", &["mad.wide.u32 \t%from, %output, 1, %arena"]),
    (
        "%done",
        &["mov.b32 \t%done, 0", "add.u32 \t%done, %done, 1"],
    ),
    ("%slot", &["rem.u32 \t%slot, %done, %depth"]),
    (
        "%messages",
        &[
            "add.s64 \t%messages, %ring, %wide",
            "add.s64 \t%messages, %messages, 256",
        ],
    ),
    ("%answers", &["add.s64 \t%answers, %messages, %wide"]),
    (
        "%row",
        &[
            "mul.wide.u32 \t%row, %slot, %inputs",
            "add.s64 \t%row, %messages, %row",
            "mul.wide.u32 \t%row, %slot, %outputs",
            "add.s64 \t%row, %answers, %row",
        ],
    ),
    (
        "%place",
        &[
            "mov.b32 \t%place, %own",
            "add.u32 \t%place, %place, %all",
            "mov.b32 \t%place, %own",
            "add.u32 \t%place, %place, %all",
        ],
    ),
];

/// What is written to a register must be there right behind this.
const BEHIND: [(&str, &str); 4] = [
    (
        "add.s64 \t%messages, %ring, %wide",
        "mul.wide.u32 \t%wide, %depth, 8",
    ),
    (
        "add.s64 \t%answers, %messages, %wide",
        "mul.wide.u32 \t%wide, %depth, %inputs",
    ),
    (
        "add.s64 \t%row, %messages, %row",
        "mul.wide.u32 \t%row, %slot, %inputs",
    ),
    (
        "add.s64 \t%row, %answers, %row",
        "mul.wide.u32 \t%row, %slot, %outputs",
    ),
];

impl Lint<'_> {
    /// Whether an access is one of those around the function.
    pub(super) fn is_around(&self, at: usize) -> bool {
        let known = |(access, before): &(&str, &[&str])| {
            let from = at.saturating_sub(before.len());
            let stands = (from..at)
                .map(|at| self.text(at))
                .eq(before.iter().copied());
            // The comparison of a copy is what its loop comes back to.
            let is_apart = before.len() < 2 || !self.labelled(from, at);
            self.text(at) == *access && stands && is_apart
        };
        self.kernel.name == "resident" && ACCESSES.iter().any(known)
    }

    /// Panics where what is around the function is not what it is to be.
    pub(super) fn around(&self) {
        if self.kernel.name != "resident" {
            return;
        }
        let all = self.kernel.instructions.iter();
        let texts: Vec<&str> = all.map(|instruction| instruction.text.as_str()).collect();
        for (access, _) in ACCESSES {
            let count = texts.iter().filter(|text| **text == access).count();
            assert_eq!(count, 1, "{access}");
        }
        for (name, expected) in WRITERS {
            let writers = self.writers.get(&self.kernel.number(name));
            let found: Vec<&str> = writers
                .into_iter()
                .flatten()
                .map(|at| self.text(*at))
                .collect();
            assert_eq!(found, expected, "{name}");
        }
        for (text, before) in BEHIND {
            let at = texts.iter().position(|one| *one == text).expect(text);
            assert_eq!(texts[at - 1], before);
            assert!(!self.labelled(at - 1, at), "{text}");
        }
    }
}
