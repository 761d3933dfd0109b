//! Writes a way through a function with vectors.

use super::Vector;
use super::graph::{Even, Kind, Node};
use wasm_encoder::{Function, Instruction as I};

impl Vector {
    /// Computes what is the same for all items, once.
    pub(in crate::cpu) fn prepare(&self, into: &mut Function) {
        into.instructions()
            .memory_size(0)
            .i64_extend_i32_u()
            .i64_const(16)
            .i64_shl()
            .local_set(self.locals.size);
        for (id, node) in self.trace.graph.nodes.iter().enumerate() {
            if node.is_same() {
                self.node(into, node, 0);
                into.instructions().local_set(self.local(id));
            }
        }
    }

    /// Does items from the local `begin` to the local `end`, as many as fill vectors, and leaves in
    /// `begin` the first that was not done.
    pub(in crate::cpu) fn run(&self, into: &mut Function) {
        let together = (self.width * self.copies).cast_signed();
        into.instructions()
            .local_get(self.locals.end)
            .local_get(self.locals.begin)
            .i32_sub()
            .i32_const(together)
            .i32_ge_u()
            .if_(wasm_encoder::BlockType::Empty);
        self.check(into);
        into.instructions()
            .local_get(self.locals.is_good)
            .if_(wasm_encoder::BlockType::Empty)
            .loop_(wasm_encoder::BlockType::Empty);
        for (number, access) in self.trace.accesses.iter().enumerate() {
            self.at_begin(into, access.at);
            into.instructions().local_set(self.locals.address(number));
        }
        for copy in 0..self.copies {
            self.items(into, copy * self.width);
        }
        into.instructions()
            .local_get(self.locals.begin)
            .i32_const(together)
            .i32_add()
            .local_set(self.locals.begin)
            .local_get(self.locals.end)
            .local_get(self.locals.begin)
            .i32_sub()
            .i32_const(together)
            .i32_ge_u()
            .br_if(0)
            .end()
            .end()
            .end();
    }

    /// Does as many items as a vector has lanes, the first of which is so many behind `begin`.
    fn items(&self, into: &mut Function, first: u32) {
        let mut stores = self.trace.stores.iter().peekable();
        for (id, node) in self.trace.graph.nodes.iter().enumerate() {
            while let Some(store) = stores.next_if(|store| store.behind <= id) {
                self.store(into, store.access, store.value, first);
            }
            if !node.is_same() {
                self.node(into, node, first);
                into.instructions().local_set(self.local(id));
            }
        }
        for store in stores {
            self.store(into, store.access, store.value, first);
        }
    }

    fn store(&self, into: &mut Function, access: usize, value: usize, first: u32) {
        let address = |into: &mut Function| {
            into.instructions().local_get(self.locals.address(access));
        };
        let value = |into: &mut Function| {
            into.instructions().local_get(self.local(value));
        };
        if let Some(access) = self.trace.accesses.get(access) {
            access.write(into, first, address, value);
        }
    }

    fn node(&self, into: &mut Function, node: &Node, first: u32) {
        match node {
            Node::Same { code, operands, .. } | Node::Lanes { code, operands } => {
                for &operand in operands {
                    into.instructions().local_get(self.local(operand));
                }
                into.raw(code.iter().copied());
            }
            Node::Splat(id) => {
                into.instructions().local_get(self.local(*id));
                into.instruction(&match self.trace.graph.kind(*id) {
                    Some(Kind::I64) => I::I64x2Splat,
                    Some(Kind::F32) => I::F32x4Splat,
                    Some(Kind::F64) => I::F64x2Splat,
                    Some(Kind::I32) | None => I::I32x4Splat,
                });
            }
            Node::Ramp(even) => self.ramp(into, *even, first),
            Node::Load(number) => {
                let address = |into: &mut Function| {
                    into.instructions().local_get(self.locals.address(*number));
                };
                if let Some(access) = self.trace.accesses.get(*number) {
                    access.read(into, first, address);
                }
            }
        }
    }

    fn ramp(&self, into: &mut Function, even: Even, first: u32) {
        let behind = |items: u32| even.scale.wrapping_mul(items.cast_signed());
        let lanes = (0..4).rev().fold(0_u128, |all, lane| {
            all << 32 | u128::from(behind(first + lane).cast_unsigned())
        });
        self.at_begin(into, super::graph::Term::Even(even));
        into.instructions()
            .i32x4_splat()
            .v128_const(lanes.cast_signed())
            .i32x4_add();
    }
}
