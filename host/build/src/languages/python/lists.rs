//! Frees the bytes that a kernel in Python sends.
//!
//! What componentize-py 0.25.1, the newest, puts into a component copies each list of bytes that goes to the
//! host into memory of its own, and never frees that: a kernel would hold all that it ever sent. The copy
//! is made in a function that one module imports, `wit_dylib_pop_list`, and another one of its imports,
//! `wit_dylib_dealloc_bytes`, frees memory at the end of the call. So that module gets a function that calls
//! the one and then the other, and calls it in place of the first. When a newer componentize-py frees them
//! itself, this goes.
//!
//! Both are in the C interface of the crate `wit-dylib`, whose header is the source of the parameters here:
//! `wit_dylib_pop_list(call, type, address of the copy's address)` returns its length, and leaves 0 for
//! the address where it copied nothing; `wit_dylib_dealloc_bytes(call, address, length, alignment, whether
//! at the end of the call)`.

use crate::component::{HEADER, push_section};
use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{BlockType, CodeSection, Function, FunctionSection, MemArg, Module};
use wasmparser::{Parser, Payload, TypeRef};

const COPY: &str = "wit_dylib_pop_list";
const FREE: &str = "wit_dylib_dealloc_bytes";

/// The ids of a component's sections with a core module and with a component, which have sections too.
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// A component of componentize-py's that frees what it sends.
///
/// # Errors
/// If none of its modules sends in this way, or it is no component.
pub(super) fn freed(component: &[u8]) -> Result<Vec<u8>> {
    let mut made = component.get(..HEADER).unwrap_or_default().to_vec();
    let mut is_mended = false;
    // Where the module or component ends whose sections are being passed over.
    let mut passed = 0;
    for payload in Parser::new(0).parse_all(component) {
        let Some((id, range)) = payload?.as_section() else {
            continue;
        };
        if range.start < passed {
            continue;
        }
        let content = component
            .get(usize::try_from(range.start)?..usize::try_from(range.end)?)
            .context("a section is longer than the component")?;
        if id == CORE_MODULE || id == COMPONENT {
            passed = range.end;
        }
        if id == CORE_MODULE
            && let Some(mut mending) = Mending::of(content)?
        {
            let mut module = Module::new();
            mending
                .parse_core_module(&mut module, Parser::new(0), content)
                .map_err(|error| anyhow!("{error}"))?;
            push_section(&mut made, id, module.as_slice());
            is_mended = true;
            continue;
        }
        push_section(&mut made, id, content);
    }
    anyhow::ensure!(is_mended, "no module of it imports `{COPY}` and `{FREE}`");
    Ok(made)
}

/// A module, while it is written anew with one function more.
struct Mending {
    copy: u32,
    free: u32,
    /// The type of `copy`, which the new function has too.
    copy_type: u32,
    /// How many functions the module had, which is the number of the new one.
    functions: u32,
}

impl Mending {
    /// None if the module does not send.
    fn of(module: &[u8]) -> Result<Option<Self>> {
        let (mut copy, mut free, mut functions) = (None, None, 0);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(kind) = import.ty {
                            match import.name {
                                COPY => copy = Some((functions, kind)),
                                FREE => free = Some(functions),
                                _ => {}
                            }
                            functions += 1;
                        }
                    }
                }
                Payload::FunctionSection(section) => functions += section.count(),
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(copy.zip(free).map(|((copy, copy_type), free)| Self {
            copy,
            free,
            copy_type,
            functions,
        }))
    }

    fn body(&self) -> Function {
        const CALL: u32 = 0;
        const TYPE: u32 = 1;
        const ADDRESS: u32 = 2;
        const LENGTH: u32 = 3;
        let address = MemArg {
            offset: 0,
            align: 2,
            memory_index: 0,
        };
        let mut body = Function::new([(1, wasm_encoder::ValType::I32)]);
        body.instructions()
            .local_get(CALL)
            .local_get(TYPE)
            .local_get(ADDRESS)
            .call(self.copy)
            .local_set(LENGTH)
            .local_get(ADDRESS)
            .i32_load(address)
            .if_(BlockType::Empty)
            .local_get(CALL)
            .local_get(ADDRESS)
            .i32_load(address)
            .local_get(LENGTH)
            .i32_const(1)
            .i32_const(1)
            .call(self.free)
            .end()
            .local_get(LENGTH)
            .end();
        body
    }
}

impl Reencode for Mending {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        Ok(if function == self.copy {
            self.functions
        } else {
            function
        })
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_function_section(self, functions, section)?;
        functions.function(self.copy_type);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_code_section(self, code, section)?;
        code.function(&self.body());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(middle: &str) -> Vec<u8> {
        let text = format!(
            r#"(component
                (core module)
                (core module
                    (type $copy (func (param i32 i32 i32) (result i32)))
                    (import "env" "memory" (memory 1))
                    {middle}
                    (func (export "send") (param i32) (result i32)
                        (call $copy (local.get 0) (i32.const 0) (i32.const 8))))
                (component (type (func)) (core module))
                (core module (func (export "other"))))"#
        );
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn what_was_copied_is_freed_by_a_function_between() {
        let component = component(
            r#"(import "env" "wit_dylib_pop_list" (func $copy (type $copy)))
            (import "env" "wit_dylib_dealloc_bytes" (func $free (param i32 i32 i32 i32 i32)))"#,
        );
        let freed = freed(&component).unwrap();
        let text = wasmprinter::print_bytes(&freed).unwrap();
        // The module's own function calls the new one, which has taken the name, and that the import.
        assert!(text.contains("(func $copy (;3;)"), "{text}");
        assert_eq!(text.matches("call $copy").count(), 1, "{text}");
        assert_eq!(text.matches("call 0").count(), 1, "{text}");
        assert_eq!(text.matches("call $free").count(), 1, "{text}");
        // What is around it is as it was.
        let before = wasmprinter::print_bytes(&component).unwrap();
        let around = |text: &str| {
            text.split_once("(component (;")
                .map(|(_, rest)| rest.to_owned())
        };
        assert_eq!(around(&text), around(&before));
    }

    #[test]
    fn a_component_that_sends_otherwise_is_named() {
        let other = component(r#"(func $copy (type $copy) i32.const 0)"#);
        let error = freed(&other).unwrap_err().to_string();
        assert_eq!(
            error,
            "no module of it imports `wit_dylib_pop_list` and `wit_dylib_dealloc_bytes`"
        );
    }
}
