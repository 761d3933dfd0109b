//! A module of wasm-smith without what the translator has no words for, so that little that it makes is
//! refused.

use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, ExportSection, Function, Instruction, MemArg, Module, ValType};
use wasmparser::{Export, ExportSectionReader, FunctionBody, Operator, Parser, Payload};

/// Bytes that one operator copies or fills at most, less one.
const BULK: i32 = 0x3ff;

/// Where what the function returns is kept, for each item 64 bytes.
const KEPT: u64 = 32 << 10;

/// Writes the module again: calls lead only to functions behind the caller, memory does not grow, no
/// access promises an alignment, and `f` calls `g` and keeps what that returns.
pub(super) fn within_subset(module: &[u8]) -> Vec<u8> {
    let mut subset = Subset {
        kept: exported(module, "f"),
        called: exported(module, "g"),
        current: 0,
    };
    let mut shaped = Module::new();
    subset
        .parse_core_module(&mut shaped, Parser::new(0), module)
        .expect("wasm-smith makes modules");
    shaped.finish()
}

/// The function of that name.
fn exported(module: &[u8], name: &str) -> u32 {
    let sections = Parser::new(0).parse_all(module).flatten();
    let exports = sections.filter_map(|payload| match payload {
        Payload::ExportSection(exports) => Some(exports),
        _ => None,
    });
    let mut all = exports.flatten().flatten();
    let found = all.find(|export| export.name == name);
    found.expect("wasm-smith makes what it is told to").index
}

struct Subset {
    /// The index of `f`.
    kept: u32,
    /// The index of `g`.
    called: u32,
    /// The index of the function that is written.
    current: u32,
}

impl Reencode for Subset {
    type Error = Infallible;

    fn mem_arg(&mut self, argument: wasmparser::MemArg) -> Result<MemArg, Error> {
        Ok(MemArg {
            align: 0,
            ..utils::mem_arg(self, argument)?
        })
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        for export in section {
            let export: Export<'_> = export?;
            if matches!(export.name, "f" | "memory") {
                utils::parse_export(self, exports, export)?;
            }
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error> {
        let current = self.current;
        self.current += 1;
        if current == self.kept {
            code.function(&keeping(self.called));
            return Ok(());
        }
        let mut function = self.new_function_with_parsed_locals(&body)?;
        for operator in body.get_operators_reader()? {
            self.operator(&mut function, current, operator?)?;
        }
        code.function(&function);
        Ok(())
    }
}

impl Subset {
    fn operator(
        &mut self,
        function: &mut Function,
        current: u32,
        operator: Operator<'_>,
    ) -> Result<(), Error> {
        match operator {
            Operator::Call { function_index }
                if function_index <= current || function_index == self.kept =>
            {
                function.instruction(&Instruction::Unreachable);
            }
            Operator::MemoryGrow { .. } => {
                function.instructions().drop().i32_const(-1);
            }
            Operator::MemoryInit { .. } => {
                function.instructions().drop().drop().drop();
            }
            Operator::DataDrop { .. } => {}
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => {
                function.instructions().i32_const(BULK).i32_and();
                function.instruction(&self.instruction(operator)?);
            }
            _ => {
                function.instruction(&self.instruction(operator)?);
            }
        }
        Ok(())
    }
}

/// A function that calls another with what it gets, and keeps what it returns where the item's is.
fn keeping(called: u32) -> Function {
    let results = [
        ValType::I32,
        ValType::I64,
        ValType::F32,
        ValType::F64,
        ValType::V128,
    ];
    let mut function = Function::new(results.map(|ty| (1, ty)));
    let mut code = function.instructions();
    let parameters = results.len() as u32;
    for parameter in 0..parameters {
        code.local_get(parameter);
    }
    code.call(called);
    for local in (parameters..2 * parameters).rev() {
        code.local_set(local);
    }
    for (slot, (local, ty)) in (0..).zip((parameters..).zip(results)) {
        let place = MemArg {
            offset: KEPT + slot * 8,
            align: 0,
            memory_index: 0,
        };
        code.local_get(0).i32_const(63).i32_and();
        code.i32_const(64).i32_mul().local_get(local);
        match ty {
            ValType::I32 => code.i32_store(place),
            ValType::I64 => code.i64_store(place),
            ValType::F32 => code.f32_store(place),
            ValType::F64 => code.f64_store(place),
            _ => code.v128_store(place),
        };
    }
    code.end();
    function
}
