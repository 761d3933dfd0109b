//! What is around the function: the kernel's parameters, and the loop over items.

use std::fmt::Write;

use super::fence::limit;
use super::fuel::{self, ITEMS};
use super::{DONE, Printer};
use crate::error::Result;
use crate::ir::{Argument, Definition, Site};
use crate::options::{Options, Policy};
use crate::record::{Record, TrapKind, TrapSite};
use crate::translation::{ItemType, ParameterType, Translation};

/// The name of the kernel.
pub const ENTRY: &str = "compute";

/// The function as its caller sees it.
pub struct Entry<'a> {
    /// Where it ends.
    pub end: Site,
    /// The type of its first parameter.
    pub item: ItemType,
    /// Its other parameters.
    pub parameters: &'a [ParameterType],
    /// How long a thread's window of the C stack is.
    pub stack_bytes: u32,
}

/// The kernel's parameters before the function's own.
const PARAMETERS: [(&str, &str); 8] = [
    ("u64", "arena"),
    ("u64", "size"),
    ("u64", "record"),
    ("u64", "first"),
    ("u64", "count"),
    ("u64", "fuel"),
    ("u32", "stack"),
    ("u32", "ordinal"),
];

/// Registers that every kernel has.
const REGISTERS: &str = "\
\t.reg .b64 \t%arena, %size, %record, %first, %count, %step, %index, %item, %wide;
\t.reg .b64 \t%full, %rest, %left, %launch, %key, %lowest, %latch;
\t.reg .b32 \t%slice, %fuel, %stack, %ordinal, %turn, %found, %block, %thread;
\t.reg .pred \t%bad, %far;
";

/// Which items are the thread's: the first, and by how much the next is further.
const FIRST: &str = "\
\tmov.u32 \t%block, %ntid.x;
\tmov.u32 \t%thread, %ctaid.x;
\tmul.wide.u32 \t%index, %thread, %block;
\tmov.u32 \t%thread, %tid.x;
\tcvt.u64.u32 \t%wide, %thread;
\tadd.s64 \t%index, %index, %wide;
\tmov.u32 \t%thread, %nctaid.x;
\tmul.wide.u32 \t%step, %thread, %block;
\tsetp.ge.u64 \t%far, %index, %count;
\t@%far bra \t$exit;
";

/// Whether the first item is to run, once the record has been read.
const BEGIN: &str = "\
\tmov.b32 \t%turn, 0;
\tsetp.le.u64 \t%far, %lowest, %key;
\tsetp.ne.or.u64 \t%far, %latch, -1, %far;
\t@%far bra \t$exit;
";

impl Printer<'_> {
    /// The whole kernel, once the function's body is printed.
    pub(super) fn finish(
        mut self,
        options: &Options,
        entry: &Entry<'_>,
    ) -> Result<(String, Vec<TrapSite>)> {
        let mut text = self.head(options, entry, (ENTRY, REGISTERS), &PARAMETERS);
        text.push_str(FIRST);
        self.look_first(&mut text);
        self.fences(&mut text);
        self.arguments(&mut text, entry);
        if self.burns {
            fuel::slice(&mut text);
        }
        text.push_str(BEGIN);
        self.all_items(&mut text, entry);
        text.push_str("$exit:\n\tret;\n}\n");
        Ok((text, self.traps.sites()?))
    }

    /// All before the first instruction, and the parameters in registers: those of the kernel in registers
    /// of their names, but for the fuel, which is `%full`.
    pub(super) fn head(
        &self,
        options: &Options,
        entry: &Entry<'_>,
        (kernel, registers): (&str, &str),
        parameters: &[(&str, &str)],
    ) -> String {
        let mut text = String::new();
        let _ = writeln!(text, ".version 7.8\n.target {}", options.target.name());
        let _ = writeln!(text, ".address_size 64\n\n.visible .entry {kernel}(");
        let own = entry.parameters.iter().enumerate();
        let own = own.map(|(number, ty)| (name(*ty), format!("p{}", number + 1)));
        let fixed = parameters
            .iter()
            .map(|(ty, name)| (*ty, (*name).to_owned()));
        let lines: Vec<String> = fixed
            .chain(own)
            .map(|(ty, name)| format!("\t.param .{ty} {name}"))
            .collect();
        let _ = writeln!(
            text,
            "{}\n)\n.maxntid {}, 1, 1\n{{",
            lines.join(",\n"),
            Translation::BLOCK
        );
        text.push_str(&self.registers.declarations());
        text.push_str(registers);
        for (ty, name) in parameters {
            let register = if *name == "fuel" { "full" } else { *name };
            let _ = writeln!(text, "\tld.param.{ty} \t%{register}, [{name}];");
        }
        text.push_str("\tcvta.to.global.u64 \t%arena, %arena;\n");
        text.push_str("\tcvta.to.global.u64 \t%record, %record;\n");
        text
    }

    /// Runs all items of the thread, and comes then to `$exit`, which is what is printed next.
    pub(super) fn all_items(&mut self, text: &mut String, entry: &Entry<'_>) {
        text.push_str("$item:\n\tadd.s64 \t%item, %first, %index;\n");
        if self.burns {
            text.push_str("\tmov.b32 \t%fuel, %slice;\n\tmov.b64 \t%left, %rest;\n");
        }
        self.items(text, entry);
        if self.policy == Policy::Deferred {
            text.push_str("\tsetp.ne.u64 \t%bad, %full, %full;\n");
        }
        text.push_str(&self.body);
        let _ = writeln!(text, "{DONE}:");
        if self.policy == Policy::Deferred {
            let label = self.traps.label(TrapKind::BadAccess, entry.end);
            let _ = writeln!(text, "\t@%bad bra \t{label};");
        }
        self.next(text);
        text.push_str(&self.behind);
        text.push_str(&self.traps.code());
    }

    /// Looks at the record before the first item, and packs that as a record has it.
    fn look_first(&self, text: &mut String) {
        // What takes long must learn of what the host wrote just now. All else may find it in the
        // cache of its processor, as it was when another thread looked.
        let order = if self.burns { ".relaxed.sys" } else { "" };
        let _ = writeln!(text, "\tld{order}.global.u64 \t%lowest, [%record];");
        let latch = Record::LATCH;
        let _ = writeln!(text, "\tld.global.u64 \t%latch, [%record+{latch}];");
        text.push_str("\tcvt.u64.u32 \t%launch, %ordinal;\n");
        let _ = writeln!(text, "\tshl.b64 \t%launch, %launch, {};", Record::ORDINAL);
        fuel::key(text);
    }

    /// The thread's next item, if there is one and nothing came before it that ends the launch.
    fn next(&self, text: &mut String) {
        text.push_str("\tadd.s64 \t%index, %index, %step;\n");
        text.push_str("\tsetp.ge.u64 \t%far, %index, %count;\n\t@%far bra \t$exit;\n");
        fuel::key(text);
        if !self.burns {
            let _ = writeln!(text, "\tadd.s32 \t%turn, %turn, 1;");
            let _ = writeln!(text, "\tand.b32 \t%found, %turn, {};", ITEMS - 1);
            text.push_str("\tsetp.ne.u32 \t%far, %found, 0;\n\t@%far bra \t$item;\n");
        }
        text.push_str("\tld.relaxed.sys.global.u64 \t%wide, [%record];\n");
        text.push_str("\tsetp.gt.u64 \t%far, %wide, %key;\n\t@%far bra \t$item;\n");
        text.push_str("\tbra \t$exit;\n");
    }

    /// The registers that addresses are fenced with.
    pub(super) fn fences(&self, text: &mut String) {
        let from_size = |text: &mut String, name: &str, less: u64| {
            let _ = writeln!(text, "\t.reg .b32 \t{name};");
            let _ = writeln!(text, "\tsub.s64 \t%wide, %size, {less};");
            let _ = writeln!(text, "\tcvt.u32.u64 \t{name}, %wide;");
        };
        for bytes in &self.masks {
            from_size(text, &format!("%mask{bytes}"), u64::from(*bytes));
        }
        for (reach, shift) in &self.limits {
            let (name, whole) = (limit(*reach, *shift), limit(*reach, 0));
            if *shift == 0 {
                from_size(text, &name, *reach);
            } else {
                let _ = writeln!(text, "\t.reg .b32 \t{name};");
                let _ = writeln!(text, "\tshr.u32 \t{name}, {whole}, {shift};");
            }
        }
    }

    /// What is the same for each item.
    pub(super) fn arguments(&mut self, text: &mut String, entry: &Entry<'_>) {
        for (value, definition) in self.registers.used().collect::<Vec<_>>() {
            let Definition::Argument(argument) = definition else {
                continue;
            };
            let register = self.registers.register(value);
            match argument {
                Argument::Item => {}
                Argument::Parameter(number) => {
                    let ty = entry.parameters.get((*number as usize).wrapping_sub(1));
                    let ty = ty.map_or("u32", |ty| name(*ty));
                    let _ = writeln!(text, "\tld.param.{ty} \t{register}, [p{number}];");
                }
                Argument::MemoryPages => {
                    let _ = writeln!(text, "\tshr.u64 \t%wide, %size, 16;");
                    let _ = writeln!(text, "\tcvt.u32.u64 \t{register}, %wide;");
                }
                Argument::Size => {
                    let _ = writeln!(text, "\tmov.b64 \t{register}, %size;");
                }
                Argument::StackPointer => {
                    let bytes = entry.stack_bytes;
                    let _ = writeln!(text, "\tcvt.u32.u64 \t%thread, %index;");
                    let _ = writeln!(text, "\tadd.s32 \t%thread, %thread, 1;");
                    let _ = writeln!(text, "\tmad.lo.s32 \t{register}, %thread, {bytes}, %stack;");
                }
            }
        }
    }

    /// What differs from item to item.
    fn items(&mut self, text: &mut String, entry: &Entry<'_>) {
        for (value, definition) in self.registers.used().collect::<Vec<_>>() {
            if let Definition::Argument(Argument::Item) = definition {
                let register = self.registers.register(value);
                let _ = match entry.item {
                    ItemType::I32 => writeln!(text, "\tcvt.u32.u64 \t{register}, %item;"),
                    ItemType::I64 => writeln!(text, "\tmov.b64 \t{register}, %item;"),
                };
            }
        }
    }
}

fn name(ty: ParameterType) -> &'static str {
    match ty {
        ParameterType::I32 => "u32",
        ParameterType::I64 => "u64",
        ParameterType::F32 => "f32",
        ParameterType::F64 => "f64",
    }
}
