//! A lint over the text of PTX: whatever the translator meant, every access to memory is one of a few
//! forms that cannot leave the arena. It is run on everything that the tests translate.

mod hoisted;
mod resident;

use std::collections::HashMap;

use ringhost_ptx::{Policy, Translation};

use crate::machine::{Instruction, Kernel, Operand};

/// Panics where an access to memory is not of a form that is fenced.
pub fn check(kernel: &Kernel, policy: Policy) {
    let lint = Lint::new(kernel);
    lint.constants();
    lint.around();
    for (at, instruction) in kernel.instructions.iter().enumerate() {
        if let Err(why) = lint.access(at, instruction, policy) {
            panic!("{why}: {}\nbehind\n{}", instruction.text, lint.before(at));
        }
    }
}

struct Lint<'k> {
    kernel: &'k Kernel,
    /// Which instructions write each register.
    writers: HashMap<usize, Vec<usize>>,
    names: HashMap<usize, &'k str>,
}

/// What is done to the record, and where in it.
const RECORD: [(&str, i64); 4] = [
    ("ld.relaxed.sys.global.u64", 0),
    ("ld.global.u64", 0),
    ("ld.global.u64", 8),
    ("atom.relaxed.sys.global.min.u64", 0),
];

/// Why an access is not fenced.
type Verdict = Result<(), &'static str>;

impl<'k> Lint<'k> {
    fn new(kernel: &'k Kernel) -> Self {
        let mut writers: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, instruction) in kernel.instructions.iter().enumerate() {
            let writes = !matches!(
                instruction.name[0].as_str(),
                "st" | "bra" | "brx" | "ret" | "fence"
            );
            let written = match instruction.operands.first() {
                Some(Operand::Register(number)) => vec![*number],
                Some(Operand::Pair(low, high)) => vec![*low, *high],
                Some(Operand::Four(numbers)) => numbers.to_vec(),
                _ => vec![],
            };
            for number in written.into_iter().filter(|_| writes) {
                writers.entry(number).or_default().push(at);
            }
        }
        let names = kernel
            .registers
            .iter()
            .map(|(name, number)| (*number, name.as_str()))
            .collect();
        Self {
            kernel,
            writers,
            names,
        }
    }

    /// What fences stand on is set once, from the launch, before the first label.
    fn constants(&self) {
        let first_label = *self.kernel.labels.values().min().expect("a label");
        for (number, name) in &self.names {
            let writers = self.writers.get(number).map_or(&[][..], Vec::as_slice);
            let texts: Vec<&str> = writers.iter().map(|at| self.text(*at)).collect();
            let expected: &[String] = match *name {
                "%arena" | "%record" | "%ring" => &[
                    format!("ld.param.u64 \t{name}, [{}]", &name[1..]),
                    format!("cvta.to.global.u64 \t{name}, {name}"),
                ],
                "%size" => &["ld.param.u64 \t%size, [size]".to_owned()],
                _ if name.starts_with("%mask") => {
                    assert_eq!(texts, [format!("cvt.u32.u64 \t{name}, %wide")]);
                    self.is_size_less(writers[0], &name["%mask".len()..]);
                    continue;
                }
                _ if name.starts_with("%limit") => {
                    let (whole, shift) = name.split_once('_').unwrap_or((name, "0"));
                    if shift == "0" {
                        assert_eq!(texts, [format!("cvt.u32.u64 \t{name}, %wide")]);
                        self.is_size_less(writers[0], &name["%limit".len()..]);
                    } else {
                        assert_eq!(texts, [format!("shr.u32 \t{name}, {whole}, {shift}")]);
                    }
                    continue;
                }
                _ => continue,
            };
            assert_eq!(texts, expected);
            assert!(
                writers.iter().all(|at| *at < first_label),
                "{name} is set late"
            );
        }
    }

    fn is_size_less(&self, at: usize, less: &str) {
        let expected = format!("sub.s64 \t%wide, %size, {less}");
        assert_eq!(self.text(at - 1), expected);
    }

    fn access(&self, at: usize, instruction: &Instruction, policy: Policy) -> Verdict {
        let operand = match instruction.name[0].as_str() {
            "ld" if instruction.name[1] == "param" => return Ok(()),
            "ld" | "atom" => 1,
            "st" => 0,
            _ => {
                let addresses = |o: &Operand| matches!(o, Operand::Address(..));
                let none = !instruction.operands.iter().any(addresses);
                return none
                    .then_some(())
                    .ok_or("an address in an instruction that has none");
            }
        };
        let Operand::Address(register, offset) = instruction.operands[operand] else {
            return Err("no address");
        };
        if self.is_around(at) {
            return Ok(());
        }
        let bits = instruction
            .name
            .last()
            .and_then(|ty| ty[1..].parse::<i64>().ok());
        let name = &instruction.name;
        let count = match (name.contains(&"v4".into()), name.contains(&"v2".into())) {
            (true, _) => 4,
            (_, true) => 2,
            _ => 1,
        };
        let bytes = bits.ok_or("no type")? / 8 * count;
        if self.names[&register] == "%record" {
            let (name, _) = instruction.text.split_once(' ').ok_or("no operands")?;
            let known = RECORD.contains(&(name, offset));
            return known.then_some(()).ok_or("not what is done to the record");
        }
        if offset < 0 || offset % bytes != 0 || offset + bytes > Translation::SLACK as i64 {
            return Err("a constant offset that the slack does not take");
        }
        if self.writers.get(&register).map_or(0, Vec::len) > 1 {
            return self.hoisted(at, register, offset as u64, bytes as u64);
        }
        let place = self.once(register, at, "the place")?;
        let made = &self.kernel.instructions[place];
        let [
            _,
            Operand::Register(fenced),
            Operand::Immediate(scale),
            Operand::Register(arena),
        ] = made.operands[..]
        else {
            return Err("the place is not made of a fenced address");
        };
        if made.name.join(".") != "mad.wide.u32" || self.names[&arena] != "%arena" {
            return Err("the place is not in the arena");
        }
        match policy {
            Policy::Mask | Policy::Deferred => {
                let mask = self.once(fenced, place, "the masked address")?;
                let text = self.text(mask);
                let masked =
                    text.starts_with("and.b32 \t") && text.ends_with(&format!("%mask{bytes}"));
                (masked && scale == 1)
                    .then_some(())
                    .ok_or("the address is not masked")
            }
            Policy::Trap => self.checked(place, fenced, scale, offset, bytes),
        }
    }

    /// Right before the place is made, the address was compared with how far the access reaches.
    fn checked(&self, place: usize, fenced: usize, scale: u64, offset: i64, bytes: i64) -> Verdict {
        let shift = bytes.trailing_zeros();
        let limit = match shift {
            0 => format!("%limit{}", offset + bytes),
            shift => format!("%limit{}_{shift}", offset + bytes),
        };
        let (compare, branch) = (self.text(place - 2), self.text(place - 1));
        let name = self.names[&fenced];
        let predicate = compare
            .strip_prefix("setp.gt.u32 \t")
            .and_then(|rest| rest.strip_suffix(&format!(", {name}, {limit}")))
            .ok_or("the address is not compared")?;
        if !branch.starts_with(&format!("@{predicate} bra \t$access"))
            || self.labelled(place - 1, place)
        {
            return Err("the comparison has no effect");
        }
        if scale != bytes as u64 {
            return Err("the address has another scale");
        }
        if shift > 0 {
            let turned = self.once(fenced, place - 2, "the turned address")?;
            let text = self.text(turned);
            if !text.starts_with("shf.r.wrap.b32 \t") || !text.ends_with(&format!(", {shift}")) {
                return Err("the address is not turned");
            }
        }
        Ok(())
    }

    /// The one instruction that writes a register, in the same block and before the other.
    fn once(&self, register: usize, before: usize, _what: &str) -> Result<usize, &'static str> {
        match self.writers.get(&register).map(Vec::as_slice) {
            Some(&[writer]) if writer < before && !self.labelled(writer, before) => Ok(writer),
            Some([_]) => Err("a register of a fence is written in another block"),
            _ => Err("a register of a fence is written elsewhere"),
        }
    }

    /// Whether anything may jump between the two.
    fn labelled(&self, from: usize, to: usize) -> bool {
        self.kernel
            .labels
            .values()
            .any(|label| *label > from && *label <= to)
    }

    fn text(&self, at: usize) -> &str {
        &self.kernel.instructions[at].text
    }

    fn before(&self, at: usize) -> String {
        let lines = at.saturating_sub(8)..at;
        lines.map(|at| format!("  {}\n", self.text(at))).collect()
    }
}
