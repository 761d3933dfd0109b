//! What must hold for items to be done side by side, asked once for a run of them.

use super::Vector;
use super::access::Access;
use super::graph::{Term, Test};
use super::order::Is;
use wasm_encoder::Function;

/// Locals with numbers of 64 bits, of a comparison: the least and the greatest of either side.
pub(super) const SPANS: u32 = 4;

impl Vector {
    /// Leaves in the local `is_good` whether all items from the local `begin` to the local `end`, at
    /// least one, take the way that was found, reach no byte behind the memory, and write none that
    /// another of them reads or writes.
    pub(super) fn check(&self, into: &mut Function) {
        into.instructions()
            .local_get(self.locals.end)
            .local_get(self.locals.begin)
            .i32_sub()
            .i32_const(1)
            .i32_sub()
            .i64_extend_i32_u()
            .local_set(self.locals.last)
            .i32_const(1)
            .local_set(self.locals.is_good);
        for (test, holds) in &self.trace.guards {
            self.holds(into, test, *holds);
            self.and(into);
        }
        for (number, access) in self.trace.accesses.iter().enumerate() {
            self.is_inside(into, number, access);
        }
        for (one, other) in self.pairs() {
            self.is_apart(into, one, other);
        }
    }

    /// Takes a condition from the stack.
    fn and(&self, into: &mut Function) {
        into.instructions()
            .local_get(self.locals.is_good)
            .i32_and()
            .local_set(self.locals.is_good);
    }

    /// Leaves on the stack whether a condition holds for all items, or for none of them.
    fn holds(&self, into: &mut Function, test: &Test, holds: bool) {
        match test {
            Test::Same(id) => {
                into.instructions().local_get(self.local(*id)).i32_const(0);
                if holds {
                    into.instructions().i32_ne();
                } else {
                    into.instructions().i32_eq();
                }
            }
            Test::Not(test) => self.holds(into, test, !holds),
            Test::Both(one, other) | Test::Either(one, other) => {
                self.holds(into, one, holds);
                self.holds(into, other, holds);
                if matches!(test, Test::Both(..)) == holds {
                    into.instructions().i32_and();
                } else {
                    into.instructions().i32_or();
                }
            }
            Test::Compare(order, one, other) => {
                let [one_least, one_most, least, most] = self.locals.spans();
                self.span(into, *one, order.signed, [one_least, one_most]);
                self.span(into, *other, order.signed, [least, most]);
                let is = if holds { order.is } else { order.is.negated() };
                let mut code = into.instructions();
                match is {
                    Is::Less => code.local_get(one_most).local_get(least).i64_lt_s(),
                    Is::LessOrEqual => code.local_get(one_most).local_get(least).i64_le_s(),
                    Is::Greater => code.local_get(one_least).local_get(most).i64_gt_s(),
                    Is::GreaterOrEqual => code.local_get(one_least).local_get(most).i64_ge_s(),
                    Is::Equal => code
                        .local_get(one_least)
                        .local_get(most)
                        .i64_eq()
                        .local_get(one_most)
                        .local_get(least)
                        .i64_eq()
                        .i32_and(),
                    Is::Different => code
                        .local_get(one_most)
                        .local_get(least)
                        .i64_lt_s()
                        .local_get(one_least)
                        .local_get(most)
                        .i64_gt_s()
                        .i32_or(),
                };
            }
        }
    }

    /// Sets two locals to the least and the greatest that a number of 32 bits is, among all items. If it
    /// wraps on the way, nothing is good.
    fn span(&self, into: &mut Function, term: Term, signed: bool, [least, most]: [u32; 2]) {
        let scale = i64::from(term.scale());
        let [first, last] = if scale < 0 {
            [most, least]
        } else {
            [least, most]
        };
        self.at_begin(into, term);
        if signed {
            into.instructions().i64_extend_i32_s();
        } else {
            into.instructions().i64_extend_i32_u();
        }
        into.instructions()
            .local_tee(first)
            .local_get(self.locals.last)
            .i64_const(scale)
            .i64_mul()
            .i64_add()
            .local_set(last);
        if scale == 0 {
            return;
        }
        into.instructions()
            .local_get(last)
            .local_get(last)
            .i32_wrap_i64();
        if signed {
            into.instructions().i64_extend_i32_s();
        } else {
            into.instructions().i64_extend_i32_u();
        }
        into.instructions().i64_eq();
        self.and(into);
    }

    /// Leaves on the stack what a number is for the first item.
    pub(super) fn at_begin(&self, into: &mut Function, term: Term) {
        into.instructions().local_get(self.local(term.base()));
        if term.scale() != 0 {
            into.instructions()
                .local_get(self.locals.begin)
                .i32_const(term.scale())
                .i32_mul()
                .i32_add();
        }
    }

    /// Whether all bytes of an access are in memory, by 64 bits. Sets its two locals to where they begin
    /// and end.
    fn is_inside(&self, into: &mut Function, number: usize, access: &Access) {
        let [begin, end] = self.locals.range(number);
        self.at_begin(into, access.at);
        into.instructions()
            .i64_extend_i32_u()
            .i64_const(access.offset.cast_signed())
            .i64_add()
            .local_tee(begin)
            .local_get(self.locals.last)
            .i64_const(i64::from(access.at.scale()))
            .i64_mul()
            .i64_add()
            .i64_const(i64::from(access.bytes))
            .i64_add()
            .local_tee(end)
            .local_get(self.locals.size)
            .i64_le_u();
        self.and(into);
    }

    /// Whether two accesses meet nowhere, or only within each item.
    fn is_apart(&self, into: &mut Function, one: usize, other: usize) {
        let [begin, end] = self.locals.range(one);
        let [others_begin, others_end] = self.locals.range(other);
        into.instructions()
            .local_get(end)
            .local_get(others_begin)
            .i64_le_u()
            .local_get(others_end)
            .local_get(begin)
            .i64_le_u()
            .i32_or();
        if self.are_alike(one, other) {
            into.instructions()
                .local_get(begin)
                .local_get(others_begin)
                .i64_eq()
                .i32_or();
        }
        self.and(into);
    }

    /// Each write with each other access that may meet it.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let all = &self.trace.accesses;
        let mut pairs = Vec::new();
        for (one, writing) in all.iter().enumerate() {
            for (other, access) in all.iter().enumerate() {
                let is_once = !access.writes || one < other;
                let is_same = writing.at == access.at
                    && writing.offset == access.offset
                    && writing.bytes == access.bytes;
                if writing.writes && is_once && one != other && !is_same {
                    pairs.push((one, other));
                }
            }
        }
        pairs
    }

    /// Whether two accesses go through memory in equal steps, of as many bytes as they read and write:
    /// those that begin at the same address then meet within each item alone.
    fn are_alike(&self, one: usize, other: usize) -> bool {
        let (one, other) = (self.trace.accesses.get(one), self.trace.accesses.get(other));
        one.zip(other).is_some_and(|(one, other)| {
            one.bytes == other.bytes && one.at.scale() == other.at.scale()
        })
    }
}
