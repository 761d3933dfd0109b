//! The proof, from the text, that a pointer which a loop counts up stays where it was checked to.
//!
//! The access is in a block that only two places jump to. One comes from a branch that is taken where
//! all was checked: `first + (rounds - 1) * step + span` is not beyond the size, and `first` is aligned.
//! It sets the pointer to `first`, and another register to `rounds`. The other place is the block's own
//! end, which adds `step` to the pointer, takes one from the other register, and is only come to where
//! that is not zero then. So the access happens at `first + k * step` for `k` below `rounds`.

use super::{Lint, Verdict};
use crate::machine::{Instruction, Operand};

/// What a register or constant is, seen through moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Register(usize),
    Constant(u64),
}

/// What the copy of a loop is entered with.
struct Entry {
    /// Where the instructions of the entry begin, and where they end.
    region: (usize, usize),
}

impl Lint<'_> {
    /// Proves that the access at `at` is one that was checked.
    pub(super) fn hoisted(&self, at: usize, pointer: usize, offset: u64, bytes: u64) -> Verdict {
        let block = self.region(at).0;
        let (entry, back) = self.entries(block)?;
        let (first, again) = self.both_writes(pointer, &entry, back)?;
        let [
            Root::Register(low),
            Root::Constant(1),
            Root::Register(arena),
        ] = self.made(first, "mad.wide.u32")?[..]
        else {
            return Err("the pointer does not start in the arena");
        };
        if self.names[&arena] != "%arena" {
            return Err("the pointer does not start in the arena");
        }
        let [Root::Register(old), step] = self.made(again, "add.s64")?[..] else {
            return Err("the pointer does not grow");
        };
        if old != pointer {
            return Err("the pointer grows from another");
        }
        let rounds = self.countdown(block, &entry, back)?;
        let mut computed = vec![low, rounds];
        computed.extend(match step {
            Root::Register(step) => Some(step),
            Root::Constant(_) => None,
        });
        let conditions = self.conditions(entry.region.0, &computed)?;
        let span = conditions
            .iter()
            .find_map(|c| self.bounds(*c, low, rounds, step, &conditions))
            .ok_or("the way of the pointer is not checked")?;
        if offset + bytes > span {
            return Err("the access reaches beyond what is checked");
        }
        let multiple = |of: usize| conditions.iter().any(|c| self.aligned(*c, of, bytes));
        let steady = match step {
            Root::Constant(step) => step.is_multiple_of(bytes),
            // A stride, which must not be of another sign when it is made longer.
            Root::Register(_) => match self.made(step, "cvt.u64.u32")?[..] {
                [Root::Register(stride)] => bytes == 1 || multiple(stride),
                _ => false,
            },
        };
        if !(steady && offset.is_multiple_of(bytes) && (bytes == 1 || multiple(low))) {
            return Err("the alignment is not checked");
        }
        Ok(())
    }

    /// The instructions around one that nothing jumps into the midst of.
    fn region(&self, at: usize) -> (usize, usize) {
        let labels = || self.kernel.labels.values().copied();
        let start = labels().filter(|label| *label <= at).max().unwrap_or(0);
        let end = labels().filter(|label| *label > at).min();
        (start, end.unwrap_or(self.kernel.instructions.len()))
    }

    /// The two places that a block is entered from: one before it, and the region of its own end.
    fn entries(&self, block: usize) -> Result<(Entry, (usize, usize)), &'static str> {
        let mut from: Vec<usize> = Vec::new();
        for (at, instruction) in self.kernel.instructions.iter().enumerate() {
            if instruction.targets.contains(&block) {
                if instruction.guard.is_some() || instruction.name[0] != "bra" {
                    return Err("the loop is entered by a condition");
                }
                from.push(at);
            }
        }
        if block > 0 && !self.never_goes_on(block - 1) {
            from.push(block - 1);
        }
        let [a, b] = from[..] else {
            return Err("the loop is entered from other places");
        };
        // The loop's own end: in its own region, or in one that is come to from there only.
        let own = |at: usize| {
            let region = self.region(at);
            region.0 == block
                || self
                    .sole_jump(region.0)
                    .is_some_and(|j| self.region(j).0 == block)
        };
        let (entry, back) = match (own(a), own(b)) {
            (false, true) => (a, b),
            (true, false) => (b, a),
            _ => return Err("the loop is not one"),
        };
        let region = (self.region(entry).0, entry + 1);
        Ok((Entry { region }, (self.region(back).0, back + 1)))
    }

    fn never_goes_on(&self, at: usize) -> bool {
        let instruction = &self.kernel.instructions[at];
        let leaves = matches!(instruction.name[0].as_str(), "bra" | "brx" | "ret");
        leaves && instruction.guard.is_none()
    }

    /// The one jump to a place, which nothing else leads to.
    fn sole_jump(&self, place: usize) -> Option<usize> {
        if place == 0 || !self.never_goes_on(place - 1) {
            return None;
        }
        let all = self.kernel.instructions.iter().enumerate();
        let mut jumps = all
            .filter(|(_, i)| i.targets.contains(&place))
            .map(|(at, _)| at);
        jumps.next().filter(|_| jumps.next().is_none())
    }

    /// What a register is set to where the loop is entered, and at its end.
    fn both_writes(
        &self,
        register: usize,
        entry: &Entry,
        back: (usize, usize),
    ) -> Result<(Root, Root), &'static str> {
        let within = |region: (usize, usize)| {
            let writers = self.writers.get(&register).into_iter().flatten();
            let mut inside = writers.filter(|at| (region.0..region.1).contains(*at));
            inside.next().filter(|_| inside.next().is_none()).copied()
        };
        let (Some(first), Some(again)) = (within(entry.region), within(back)) else {
            return Err("the register is not set on the way in, or round");
        };
        if self.writers[&register].len() != 2 {
            return Err("the register is set elsewhere");
        }
        let source = |at: usize| {
            let instruction = &self.kernel.instructions[at];
            let moves = instruction.name[0] == "mov" && instruction.guard.is_none();
            moves
                .then(|| self.root(&instruction.operands[1]))
                .ok_or("the register is not moved to")
        };
        Ok((source(first)?, source(again)?))
    }

    /// The register that says how many rounds there are, and which is counted down.
    fn countdown(
        &self,
        block: usize,
        entry: &Entry,
        back: (usize, usize),
    ) -> Result<usize, &'static str> {
        // The branch that goes round, or that leaves before what goes round.
        let (start, end) = self.region(block);
        let (branch, holds) = match self.sole_jump(back.0) {
            Some(jump) if back.0 != block => (jump, true),
            _ => {
                let mut branches = (start..end).filter(|at| {
                    let instruction = &self.kernel.instructions[*at];
                    let leaves = instruction.name[0] == "bra" && instruction.guard.is_some();
                    leaves
                        && !instruction.text.contains("$trap")
                        && !instruction.text.contains("$access")
                });
                (branches.next_back().ok_or("the loop has no end")?, false)
            }
        };
        let Some((predicate, wanted)) = self.kernel.instructions[branch].guard else {
            return Err("the loop goes round without a condition");
        };
        if wanted != holds {
            return Err("the loop goes round where it should leave");
        }
        let [Root::Register(next), Root::Constant(0)] =
            self.made(Root::Register(predicate), "setp.ne.s32")?[..]
        else {
            return Err("the rounds are not counted");
        };
        let [Root::Register(left), Root::Constant(minus)] =
            self.made(Root::Register(next), "add.s32")?[..]
        else {
            return Err("the rounds are not counted");
        };
        let (rounds, again) = self.both_writes(left, entry, back)?;
        match rounds {
            Root::Register(rounds) if minus as i64 == -1 && again == Root::Register(next) => {
                Ok(rounds)
            }
            _ => Err("the rounds are not counted"),
        }
    }

    /// What holds where a region is come to, which only one branch leads to. What was checked must
    /// have been computed right before.
    fn conditions(&self, place: usize, computed: &[usize]) -> Result<Vec<usize>, &'static str> {
        let branch = self.sole_jump(place).ok_or("the check can be passed by")?;
        let Some((predicate, true)) = self.kernel.instructions[branch].guard else {
            return Err("the check is passed by");
        };
        let (start, _) = self.region(branch);
        for register in computed {
            match self.writers.get(register).map(Vec::as_slice) {
                Some(&[writer]) if writer >= start && writer < branch => {}
                _ => return Err("what is checked comes from elsewhere"),
            }
        }
        let mut conditions = vec![predicate];
        let mut all = Vec::new();
        while let Some(condition) = conditions.pop() {
            match self.made(Root::Register(condition), "and.pred").as_deref() {
                Ok([Root::Register(a), Root::Register(b)]) => conditions.extend([*a, *b]),
                _ => all.push(condition),
            }
        }
        Ok(all)
    }

    /// How many bytes from the pointer on a condition says to be in bounds in every round.
    fn bounds(
        &self,
        condition: usize,
        low: usize,
        rounds: usize,
        step: Root,
        conditions: &[usize],
    ) -> Option<u64> {
        let [end, Root::Register(size)] =
            self.made(Root::Register(condition), "setp.le.u64").ok()?[..]
        else {
            return None;
        };
        if self.names[&size] != "%size" {
            return None;
        }
        let [highest, Root::Constant(span)] = self.made(end, "add.s64").ok()?[..] else {
            return None;
        };
        let start =
            |root: Root| self.made(root, "cvt.u64.u32").ok() == Some(vec![Root::Register(low)]);
        if matches!(step, Root::Constant(step) if (step as i64) < 0) {
            let descends = conditions.iter().any(|other| {
                let made = self
                    .made(Root::Register(*other), "setp.le.u64")
                    .unwrap_or_default();
                matches!(made[..], [way, base] if start(base) && self.way(way, rounds, step))
            });
            return (descends && start(highest)).then_some(span);
        }
        let made = self.made(highest, "add.s64").ok()?;
        matches!(made[..], [base, way] if start(base) && self.way(way, rounds, step))
            .then_some(span)
    }

    /// Whether a value is `(rounds - 1) * |step|`, in 64 bits.
    fn way(&self, value: Root, rounds: usize, step: Root) -> bool {
        let way = self.made(value, "mul.lo.s64").unwrap_or_default();
        let [last, by] = way[..] else { return false };
        let last = self.made(last, "cvt.u64.u32").unwrap_or_default();
        let [last] = last[..] else { return false };
        let last = self.made(last, "add.s32").unwrap_or_default();
        let size = match step {
            Root::Constant(step) => Root::Constant((step as i64).unsigned_abs()),
            stride => stride,
        };
        by == size && last == [Root::Register(rounds), Root::Constant(-1_i64 as u64)]
    }

    fn aligned(&self, condition: usize, low: usize, bytes: u64) -> bool {
        let made = self
            .made(Root::Register(condition), "setp.eq.s32")
            .unwrap_or_default();
        let [rest, Root::Constant(0)] = made[..] else {
            return false;
        };
        let rest = self.made(rest, "and.b32").unwrap_or_default();
        matches!(rest[..], [Root::Register(of), Root::Constant(mask)]
            if of == low && (mask + 1) % bytes == 0 && (mask + 1).is_power_of_two())
    }

    /// The operands of the one instruction of that name which makes a value.
    fn made(&self, value: Root, name: &str) -> Result<Vec<Root>, &'static str> {
        let Root::Register(register) = value else {
            return Err("a constant");
        };
        let instruction = self
            .sole(register)
            .ok_or("a register that is set more than once")?;
        if instruction.name.join(".") != name || instruction.guard.is_some() {
            return Err("another instruction");
        }
        Ok(instruction.operands[1..]
            .iter()
            .map(|operand| self.root(operand))
            .collect())
    }

    fn sole(&self, register: usize) -> Option<&Instruction> {
        match self.writers.get(&register).map(Vec::as_slice) {
            Some(&[writer]) => Some(&self.kernel.instructions[writer]),
            _ => None,
        }
    }

    fn root(&self, operand: &Operand) -> Root {
        match operand {
            Operand::Immediate(bits) => Root::Constant(*bits),
            Operand::Register(register) => match self.sole(*register) {
                Some(instruction)
                    if instruction.name[0] == "mov" && instruction.guard.is_none() =>
                {
                    self.root(&instruction.operands[1])
                }
                _ => Root::Register(*register),
            },
            other => panic!("neither a register nor a constant: {other:?}"),
        }
    }
}
