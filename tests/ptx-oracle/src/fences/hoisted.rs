//! The proof, from the text, that a pointer which a loop counts up stays where it was checked to.
//!
//! The access is in a loop whose start only two places lead to. One is come to by a branch that is taken
//! where all was checked: `first + (rounds - 1) * step + span` is not beyond the size, and `first` is
//! aligned. It sets the pointer to `first`, and another register to `rounds`. The other place is the
//! loop's own end, which adds `step` to the pointer, takes one from the other register, and is only come
//! to where that is not zero then. Nothing else sets the two, and control comes to the access, and to the
//! loop's end, by the loop's start only. So the access happens at `first + k * step` for `k` below
//! `rounds`, in whatever round control comes to it.

use std::collections::HashSet;

use super::{Lint, Verdict};
use crate::machine::{Instruction, Operand};

/// What a register or constant is, seen through moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Register(usize),
    Constant(u64),
}

/// The two places that a loop's start is come to from.
#[derive(Debug, Clone, Copy)]
struct Ways {
    /// The instructions that lead into the loop.
    entry: (usize, usize),
    /// Those that go round.
    back: (usize, usize),
    /// The branch that is taken where the loop goes round.
    round: usize,
}

impl Lint<'_> {
    /// Proves that the access at `at` is one that was checked.
    pub(super) fn hoisted(&self, at: usize, pointer: usize, offset: u64, bytes: u64) -> Verdict {
        let [one, other] = self.writers[&pointer][..] else {
            return Err("the pointer is set elsewhere");
        };
        let access = (at, offset, bytes);
        self.counted(access, pointer, (one, other))
            .or_else(|_| self.counted(access, pointer, (other, one)))
    }

    /// As [`Self::hoisted`], where the pointer is set first on the way in, and then on the way round.
    fn counted(
        &self,
        (at, offset, bytes): (usize, u64, u64),
        pointer: usize,
        writers: (usize, usize),
    ) -> Verdict {
        let ways = self.ways(at, writers)?;
        let (first, again) = self.both_writes(pointer, ways)?;
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
        self.in_last_round(again, ways)?;
        let rounds = self.countdown(ways)?;
        let mut computed = vec![low, rounds];
        computed.extend(match step {
            Root::Register(step) => Some(step),
            Root::Constant(_) => None,
        });
        let conditions = self.conditions(ways.entry.0, &computed)?;
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

    /// The two ways to the start of the loop that an access is in, by what sets its pointer on each.
    fn ways(&self, at: usize, writers: (usize, usize)) -> Result<Ways, &'static str> {
        let (entry, start) = self.leads(writers.0)?;
        let (back, again) = self.leads(writers.1)?;
        let mut ends = [entry.1 - 1, back.1 - 1];
        ends.sort_unstable();
        if start != again || self.into(start) != ends {
            return Err("the loop is entered from other places");
        }
        let round = self
            .sole_jump(back.0)
            .ok_or("the loop goes round from several places")?;
        self.is_behind(at, start)?;
        self.is_behind(round, start)?;
        Ok(Ways { entry, back, round })
    }

    /// The instructions around one, all of which are run one behind the other, and where they lead.
    fn leads(&self, at: usize) -> Result<((usize, usize), usize), &'static str> {
        let (start, end) = self.region(at);
        let leaves = |at: &usize| {
            let instruction = &self.kernel.instructions[*at];
            !instruction.targets.is_empty() || instruction.name[0] == "ret"
        };
        let target = match (start..end).filter(leaves).collect::<Vec<_>>()[..] {
            [] => end,
            [last] if last == end - 1 && self.never_goes_on(last) => {
                match self.kernel.instructions[last].targets[..] {
                    [target] => target,
                    _ => return Err("the loop is entered by a table"),
                }
            }
            _ => return Err("the loop is entered by a condition"),
        };
        Ok(((start, end), target))
    }

    /// The instructions that control comes from to a place, in order.
    fn into(&self, place: usize) -> Vec<usize> {
        let all = self.kernel.instructions.iter().enumerate();
        let mut from: Vec<usize> = all
            .filter(|(_, instruction)| instruction.targets.contains(&place))
            .map(|(at, _)| at)
            .collect();
        if place > 0 && !self.never_goes_on(place - 1) && !from.contains(&(place - 1)) {
            from.push(place - 1);
        }
        from.sort_unstable();
        from
    }

    /// Proves that control comes to an instruction by way of the loop's start only.
    fn is_behind(&self, at: usize, start: usize) -> Verdict {
        let mut seen = HashSet::new();
        let mut waiting = vec![self.region(at).0];
        while let Some(place) = waiting.pop() {
            if place == start || !seen.insert(place) {
                continue;
            }
            if place == 0 {
                return Err("the start of the loop can be passed by");
            }
            waiting.extend(self.into(place).into_iter().map(|from| self.region(from).0));
        }
        Ok(())
    }

    /// Proves that a value is made right before the loop goes round.
    fn in_last_round(&self, value: Root, ways: Ways) -> Verdict {
        let made = match value {
            Root::Register(register) => self.writers.get(&register).map(Vec::as_slice),
            Root::Constant(_) => None,
        };
        match made {
            Some(&[at]) if (self.region(ways.round).0..ways.round).contains(&at) => Ok(()),
            _ => Err("what goes round is not of the last round"),
        }
    }

    fn never_goes_on(&self, at: usize) -> bool {
        let instruction = &self.kernel.instructions[at];
        let leaves = matches!(instruction.name[0].as_str(), "bra" | "brx" | "ret");
        leaves && instruction.guard.is_none()
    }

    /// The one jump to a place, which nothing else leads to.
    fn sole_jump(&self, place: usize) -> Option<usize> {
        match self.into(place)[..] {
            [jump] if self.kernel.instructions[jump].targets == [place] => Some(jump),
            _ => None,
        }
    }

    /// What a register is set to where the loop is entered, and at its end.
    fn both_writes(&self, register: usize, ways: Ways) -> Result<(Root, Root), &'static str> {
        let within = |region: (usize, usize)| {
            let writers = self.writers.get(&register).into_iter().flatten();
            let mut inside = writers.filter(|at| (region.0..region.1).contains(*at));
            inside.next().filter(|_| inside.next().is_none()).copied()
        };
        let (Some(first), Some(again)) = (within(ways.entry), within(ways.back)) else {
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
    fn countdown(&self, ways: Ways) -> Result<usize, &'static str> {
        let Some((predicate, true)) = self.kernel.instructions[ways.round].guard else {
            return Err("the loop goes round where it should leave");
        };
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
        for made in [predicate, next] {
            self.in_last_round(Root::Register(made), ways)?;
        }
        let (rounds, again) = self.both_writes(left, ways)?;
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
        let right_before = self.right_before(branch);
        for register in computed {
            match self.writers.get(register).map(Vec::as_slice) {
                Some(&[writer]) if right_before.iter().any(|run| run.contains(&writer)) => {}
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

    /// The instructions that are run one behind the other, up to that one: of its region, and of the one
    /// that alone leads to that.
    fn right_before(&self, at: usize) -> [std::ops::Range<usize>; 2] {
        let start = self.region(at).0;
        let before = match self.into(start)[..] {
            [from] => self.region(from).0..from,
            _ => start..start,
        };
        [before, start..at]
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
