//! Counts units of fuel where wasmtime runs a module, by what the units are defined as: one whenever
//! control comes to the start of a loop, and one at each call.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, GlobalSection, GlobalType, Module,
    SectionId, ValType,
};
use wasmparser::{ExportSectionReader, FunctionBody, GlobalSectionReader, Operator, Parser};

/// What the global is exported as that counts.
pub const UNITS: &str = "units of fuel";

/// The module with a global that counts units.
pub fn counting(module: &[u8]) -> Vec<u8> {
    let mut counting = Counting { global: None };
    let mut counted = Module::new();
    counting
        .parse_core_module(&mut counted, Parser::new(0), module)
        .expect("a module");
    counted.finish()
}

struct Counting {
    /// The number of the global, once it is there.
    global: Option<u32>,
}

impl Counting {
    fn add(&mut self, globals: &mut GlobalSection) {
        self.global = Some(globals.len());
        let ty = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i64_const(0));
    }
}

impl Reencode for Counting {
    type Error = Infallible;

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        wasm_encoder::reencode::utils::parse_global_section(self, globals, section)?;
        self.add(globals);
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error> {
        if before == Some(SectionId::Export) && self.global.is_none() {
            let mut globals = GlobalSection::new();
            self.add(&mut globals);
            module.section(&globals);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        wasm_encoder::reencode::utils::parse_export_section(self, exports, section)?;
        exports.export(UNITS, ExportKind::Global, self.global.expect("a global"));
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error> {
        let global = self.global.expect("a global");
        let mut function = self.new_function_with_parsed_locals(&body)?;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            let is_loop = matches!(operator, Operator::Loop { .. });
            let is_call = matches!(
                operator,
                Operator::Call { .. } | Operator::ReturnCall { .. }
            );
            let operator = self.instruction(operator)?;
            if is_loop {
                function.instruction(&operator);
            }
            if is_loop || is_call {
                function
                    .instructions()
                    .global_get(global)
                    .i64_const(1)
                    .i64_add()
                    .global_set(global);
            }
            if !is_loop {
                function.instruction(&operator);
            }
        }
        code.function(&function);
        Ok(())
    }
}
