//! What is around the function: the kernel's parameters, and the loop over items.

use std::fmt::Write;

use super::fence::limit;
use super::{DONE, Printer};
use crate::ir::{Argument, Definition, Site};
use crate::options::{Options, Policy};
use crate::record::TrapKind;
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
const PARAMETERS: [(&str, &str); 7] = [
    ("u64", "arena"),
    ("u64", "size"),
    ("u64", "record"),
    ("u64", "first"),
    ("u64", "count"),
    ("u32", "fuel"),
    ("u32", "stack"),
];

/// Registers that every kernel has.
const REGISTERS: &str = "\
\t.reg .b64 \t%arena, %size, %record, %first, %count, %step, %index, %item, %wide;
\t.reg .b32 \t%fuel, %full, %stack, %kind, %function, %place, %found, %block, %thread;
\t.reg .pred \t%bad, %far;
";

/// Which items are the thread's: the first, and by how much the next is further.
const ITEMS: &str = "\
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

impl Printer<'_> {
    /// The whole kernel, once the function's body is printed.
    pub(super) fn finish(mut self, options: &Options, entry: &Entry<'_>) -> String {
        let mut text = String::new();
        let _ = writeln!(text, ".version 7.8\n.target {}", options.target.name());
        let _ = writeln!(text, ".address_size 64\n\n.visible .entry {ENTRY}(");
        let own = entry.parameters.iter().enumerate();
        let own = own.map(|(number, ty)| (name(*ty), format!("p{}", number + 1)));
        let fixed = PARAMETERS
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
        text.push_str(REGISTERS);
        for (ty, name) in PARAMETERS {
            let name = if name == "fuel" { "full" } else { name };
            let source = if name == "full" { "fuel" } else { name };
            let _ = writeln!(text, "\tld.param.{ty} \t%{name}, [{source}];");
        }
        text.push_str("\tcvta.to.global.u64 \t%arena, %arena;\n");
        text.push_str("\tcvta.to.global.u64 \t%record, %record;\n");
        text.push_str(ITEMS);
        self.fences(&mut text);
        self.arguments(&mut text, entry);
        text.push_str("$item:\n\tadd.s64 \t%item, %first, %index;\n");
        text.push_str("\tmov.b32 \t%fuel, %full;\n");
        self.items(&mut text, entry);
        if self.policy == Policy::Deferred {
            text.push_str("\tsetp.ne.u32 \t%bad, %full, %full;\n");
        }
        text.push_str(&self.body);
        let _ = writeln!(text, "{DONE}:");
        if self.policy == Policy::Deferred {
            let label = self.traps.label(TrapKind::BadAccess, entry.end);
            let _ = writeln!(text, "\t@%bad bra \t{label};");
        }
        text.push_str("\tadd.s64 \t%index, %index, %step;\n");
        text.push_str("\tsetp.ge.u64 \t%far, %index, %count;\n\t@%far bra \t$exit;\n");
        // Another thread's trap, or the host's word to stop, ends the launch.
        text.push_str("\tld.relaxed.sys.global.u32 \t%found, [%record];\n");
        text.push_str("\tsetp.eq.u32 \t%far, %found, 0;\n\t@%far bra \t$item;\n");
        text.push_str("\tbra \t$exit;\n");
        text.push_str(&self.traps.code());
        text.push_str("$exit:\n\tret;\n}\n");
        text
    }

    /// The registers that addresses are fenced with.
    fn fences(&self, text: &mut String) {
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
    fn arguments(&mut self, text: &mut String, entry: &Entry<'_>) {
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
