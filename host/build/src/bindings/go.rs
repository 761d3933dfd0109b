//! The contract in Go: its functions as the binary interface has them, and its types as they lie in
//! memory. What the SDK of Go stands on.

use crate::contract::World;
use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::fmt::Write;
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{
    Function, InterfaceId, Resolve, SizeAlign, Type, TypeDef, TypeDefKind, TypeId, WorldItem,
};

/// What every contract needs. A pointer of the binary interface has 32 bits, one of Go has 64.
const HEAD: &str = "\
// Package contract is what the build makes of the contract: its functions and types as the binary
// interface has them.
package contract

import (
	\"structs\"
	\"unsafe\"
)

// List is where a list or a text begins, and how many elements it has.
type List struct {
	_               structs.HostLayout
	Pointer, Length uint32
}

// Option is a value that may not be there.
type Option[T any] struct {
	_     structs.HostLayout
	Some  uint8
	Value T
}

// Payload is what a case of a variant or of a result holds.
func Payload[T, P any](payload *P) *T {
	return (*T)(unsafe.Pointer(payload))
}
";

/// What a reader that resolves its own names does not come to.
const LOST: &str = "the contract names what it does not hold";

/// A package of Go, in one file, for all worlds of the contract.
///
/// # Errors
/// If the contract holds what has no form in Go here.
pub(crate) fn package() -> Result<String> {
    let mut text = HEAD.to_owned();
    let mut written = HashSet::new();
    for world in [World::Kernel, World::StatefulHandler] {
        let (resolve, id) = world.resolve()?;
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        let mut writer = Writer {
            resolve: &resolve,
            sizes: &sizes,
            text: &mut text,
        };
        let world = resolve.worlds.get(id).context(LOST)?;
        let imports = world.imports.values().map(|item| (item, true));
        let exports = world.exports.values().map(|item| (item, false));
        for (item, is_imported) in imports.chain(exports) {
            match item {
                WorldItem::Interface { id, .. } => {
                    if written.insert(resolve.id_of(*id)) {
                        writer.interface(*id, is_imported)?;
                    }
                }
                WorldItem::Function(function) => writer.result("", function)?,
                WorldItem::Type { .. } => {}
            }
        }
    }
    Ok(text)
}

struct Writer<'a> {
    resolve: &'a Resolve,
    sizes: &'a SizeAlign,
    text: &'a mut String,
}

impl<'a> Writer<'a> {
    fn definition(&self, id: TypeId) -> Result<&'a TypeDef> {
        self.resolve.types.get(id).context(LOST)
    }

    fn interface(&mut self, id: InterfaceId, is_imported: bool) -> Result<()> {
        let interface = self.resolve.interfaces.get(id).context(LOST)?;
        for id in interface.types.values() {
            self.named(self.definition(*id)?, &Type::Id(*id))?;
        }
        let prefix = camel(interface.name.as_deref().unwrap_or_default());
        for function in interface.functions.values() {
            self.result(&prefix, function)?;
            if is_imported {
                let module = self.resolve.id_of(id).unwrap_or_default();
                self.import(&module, &prefix, function)?;
            }
        }
        Ok(())
    }

    /// Writes a function as the host has it.
    fn import(&mut self, module: &str, prefix: &str, function: &Function) -> Result<()> {
        let signature = (self.resolve).wasm_signature(AbiVariant::GuestImport, function);
        if signature.indirect_params {
            bail!("`{}` has too many parameters", function.name);
        }
        let mut parameters = Vec::new();
        for (at, parameter) in signature.params.iter().enumerate() {
            parameters.push(format!("p{at} {}", core(*parameter)));
        }
        let result = signature.results.first().map(|result| core(*result));
        writeln!(
            self.text,
            "\n//go:wasmimport {module} {name}\nfunc {prefix}{camel}({parameters}) {result}",
            name = function.name,
            camel = camel(&function.name),
            parameters = parameters.join(", "),
            result = result.unwrap_or_default(),
        )?;
        Ok(())
    }

    /// Writes the type of what a function returns in memory, where that is a result.
    fn result(&mut self, prefix: &str, function: &Function) -> Result<()> {
        let Some(Type::Id(id)) = function.result else {
            return Ok(());
        };
        if let TypeDefKind::Result(result) = &self.definition(id)?.kind {
            let name = format!("{prefix}{}Result", camel(&function.name));
            self.variant(&name, &Type::Id(id), &[result.ok, result.err])?;
        }
        Ok(())
    }

    /// Writes a type that has a name.
    fn named(&mut self, definition: &TypeDef, of: &Type) -> Result<()> {
        let name = camel(definition.name.as_deref().unwrap_or_default());
        match &definition.kind {
            TypeDefKind::Record(record) => {
                let mut fields = Vec::new();
                for field in &record.fields {
                    fields.push((camel(&field.name), self.in_memory(&field.ty)?));
                }
                self.structure(&name, of, &fields)?;
                let types = record.fields.iter().map(|field| &field.ty);
                let offsets = self.sizes.field_offsets(types);
                for ((field, _), (offset, _)) in fields.iter().zip(offsets) {
                    let go = format!("unsafe.Offsetof({name}{{}}.{field})");
                    self.same(&go, offset.size_wasm32())?;
                }
            }
            TypeDefKind::Variant(variant) => {
                self.cases(&name, variant.cases.iter().map(|case| &case.name))?;
                let payloads: Vec<_> = variant.cases.iter().map(|case| case.ty).collect();
                self.variant(&name, of, &payloads)?;
            }
            TypeDefKind::Enum(cases) => {
                self.cases(&name, cases.cases.iter().map(|case| &case.name))?;
            }
            // Another name of a type that is written, or what is written in place.
            _ => {}
        }
        Ok(())
    }

    fn cases<'b>(&mut self, of: &str, cases: impl Iterator<Item = &'b String>) -> Result<()> {
        writeln!(self.text, "\nconst (")?;
        for (number, case) in cases.enumerate() {
            writeln!(self.text, "\t{of}{} = {number}", camel(case))?;
        }
        writeln!(self.text, ")")?;
        Ok(())
    }

    fn variant(&mut self, name: &str, of: &Type, payloads: &[Option<Type>]) -> Result<()> {
        let payloads = payloads.iter().flatten();
        let align = payloads.clone().map(|ty| self.sizes.align(ty)).max();
        let size = payloads.map(|ty| self.sizes.size(ty).size_wasm32()).max();
        let mut fields = vec![("Tag".to_owned(), "uint8".to_owned())];
        if let (Some(align), Some(size)) = (align, size) {
            // Numbers that have the payload's alignment.
            let align = align.align_wasm32();
            let numbers = format!("[{}]uint{}", size.div_ceil(align), align * 8);
            fields.push(("Payload".to_owned(), numbers));
        }
        self.structure(name, of, &fields)
    }

    fn structure(&mut self, name: &str, of: &Type, fields: &[(String, String)]) -> Result<()> {
        writeln!(self.text, "\ntype {name} struct {{\n\t_ structs.HostLayout")?;
        for (field, ty) in fields {
            writeln!(self.text, "\t{field} {ty}")?;
        }
        writeln!(self.text, "}}\n")?;
        let size = self.sizes.size(of).size_wasm32();
        self.same(&format!("unsafe.Sizeof({name}{{}})"), size)
    }

    /// Has Go's compiler find that a number of its own is the contract's.
    fn same(&mut self, go: &str, number: usize) -> Result<()> {
        writeln!(
            self.text,
            "var _ [{number}]struct{{}} = [{go}]struct{{}}{{}}"
        )?;
        Ok(())
    }

    /// A type as it lies in memory.
    fn in_memory(&self, ty: &Type) -> Result<String> {
        let Type::Id(id) = ty else {
            return Ok(match ty {
                Type::Bool | Type::U8 => "uint8",
                Type::U16 => "uint16",
                Type::U32 | Type::Char => "uint32",
                Type::U64 => "uint64",
                Type::S8 => "int8",
                Type::S16 => "int16",
                Type::S32 => "int32",
                Type::S64 => "int64",
                Type::F32 => "float32",
                Type::F64 => "float64",
                Type::String => "List",
                _ => bail!("there is no form in Go of {ty:?}"),
            }
            .to_owned());
        };
        let definition = self.definition(*id)?;
        Ok(match &definition.kind {
            TypeDefKind::Type(ty) => self.in_memory(ty)?,
            TypeDefKind::List(_) => "List".to_owned(),
            TypeDefKind::Option(ty) => format!("Option[{}]", self.in_memory(ty)?),
            TypeDefKind::Enum(_) => "uint8".to_owned(),
            TypeDefKind::Record(_) | TypeDefKind::Variant(_) => {
                camel(definition.name.as_deref().unwrap_or_default())
            }
            kind => bail!("there is no form in Go of a {}", kind.as_str()),
        })
    }
}

/// A type of the core binary interface.
fn core(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I32 | WasmType::Length => "uint32",
        WasmType::I64 | WasmType::PointerOrI64 => "uint64",
        WasmType::F32 => "float32",
        WasmType::F64 => "float64",
        WasmType::Pointer => "unsafe.Pointer",
    }
}

/// A name of the contract as Go has names that others see: `receive-batch` is `ReceiveBatch`.
fn camel(name: &str) -> String {
    name.split('-')
        .filter_map(|word| word.split_at_checked(1))
        .flat_map(|(first, rest)| [first.to_uppercase(), rest.to_owned()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_of_the_host_is_declared_once() {
        let package = package().unwrap();
        for declared in [
            "//go:wasmimport ring:kernel/messaging@0.1.0 advance\n\
             func MessagingAdvance(p0 unsafe.Pointer, p1 uint32, p2 uint64, p3 unsafe.Pointer)",
            "//go:wasmimport ring:kernel/sending@0.1.0 send-batch\n",
            "//go:wasmimport ring:kernel/lifecycle@0.1.0 is-active\nfunc LifecycleIsActive() uint32",
        ] {
            assert_eq!(
                package.matches(declared).count(),
                1,
                "{declared}\n{package}"
            );
        }
    }

    #[test]
    fn a_type_has_the_layout_of_the_contract_or_does_not_compile() {
        let package = package().unwrap();
        for line in [
            "var _ [32]struct{} = [unsafe.Sizeof(Message{})]struct{}{}",
            "var _ [20]struct{} = [unsafe.Offsetof(Message{}.Payload)]struct{}{}",
            "var _ [24]struct{} = [unsafe.Sizeof(Unsent{})]struct{}{}",
        ] {
            assert!(package.contains(line), "{line}\n{package}");
        }
    }
}
