//! The contract in AssemblyScript: its functions as the binary interface has them, and where in memory
//! is what goes through them. What the SDK of AssemblyScript stands on.

use crate::contract::World;
use anyhow::{Result, bail};
use std::fmt::Write;
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{
    Function, Int, InterfaceId, Resolve, SizeAlign, Type, TypeDefKind, WorldItem, WorldKey,
};

/// A module of AssemblyScript with what a kernel of this world can import, each function by its name.
///
/// Of a record there are its size and where its fields are, as in `MESSAGE_PAYLOAD`; of an enumeration
/// and a variant the numbers of its cases, and of what can hold a value also where that is, as in
/// `SEND_ERROR_VALUE`. What a function gives in memory goes by the function's name. A method goes by its
/// resource's name and its own, and `drop_SPACE` gives a resource back. What a kernel does not use of this
/// the compiler leaves out, compute too.
///
/// # Errors
/// If a function of the contract has more parameters than the binary interface passes as numbers.
pub(crate) fn module(world: World) -> Result<String> {
    let (resolve, id) = world.resolve_with_compute()?;
    let mut sizes = SizeAlign::default();
    sizes.fill(&resolve);
    let mut writer = Writer {
        resolve: &resolve,
        sizes,
        text: "// Made of the contract by the build.\n".to_owned(),
    };
    let world = resolve.worlds.get(id);
    for (key, item) in world.into_iter().flat_map(|world| &world.imports) {
        writer.item(key, item, true)?;
    }
    for (key, item) in world.into_iter().flat_map(|world| &world.exports) {
        writer.item(key, item, false)?;
    }
    Ok(writer.text)
}

struct Writer<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    text: String,
}

impl<'a> Writer<'a> {
    fn item(&mut self, key: &WorldKey, item: &WorldItem, is_imported: bool) -> Result<()> {
        match item {
            WorldItem::Interface { id, .. } => self.interface(key, *id, is_imported),
            WorldItem::Function(function) => self.given(function),
            // Another name for what is in an interface.
            WorldItem::Type { .. } => Ok(()),
        }
    }

    fn interface(&mut self, key: &WorldKey, id: InterfaceId, is_imported: bool) -> Result<()> {
        let Some(interface) = self.resolve.interfaces.get(id) else {
            return Ok(());
        };
        for (name, id) in &interface.types {
            let of = Type::Id(*id);
            self.layout(name, &of)?;
            if let (true, Some(TypeDefKind::Resource)) = (is_imported, self.kind(&of)) {
                let dropped = format!("[resource-drop]{name}");
                self.declare(key, &dropped, &format!("drop_{name}"), "p0: i32", "void")?;
            }
        }
        for function in interface.functions.values() {
            if is_imported {
                self.import(key, function)?;
            }
            self.given(function)?;
        }
        Ok(())
    }

    /// Declares a function of the host.
    fn import(&mut self, key: &WorldKey, function: &Function) -> Result<()> {
        let name = &function.name;
        let signature = (self.resolve).wasm_signature(AbiVariant::GuestImport, function);
        if signature.indirect_params {
            bail!("`{name}` has too many parameters");
        }
        let mut parameters = Vec::new();
        for (at, parameter) in signature.params.iter().enumerate() {
            parameters.push(format!("p{at}: {}", core(*parameter)));
        }
        let result = signature.results.first().map_or("void", |it| core(*it));
        self.declare(key, name, &label(name), &parameters.join(", "), result)
    }

    fn declare(
        &mut self,
        key: &WorldKey,
        name: &str,
        label: &str,
        parameters: &str,
        result: &str,
    ) -> Result<()> {
        let module = self.resolve.name_world_key(key);
        writeln!(
            self.text,
            "\n@external({module:?}, {name:?})\n\
             export declare function {label}({parameters}): {result};"
        )?;
        Ok(())
    }

    /// Says where what a function gives is in memory.
    fn given(&mut self, function: &Function) -> Result<()> {
        match &function.result {
            Some(given) => self.layout(&label(&function.name), given),
            None => Ok(()),
        }
    }

    /// Says what is to be known of a type. Of what is no more than a number that is nothing.
    fn layout(&mut self, name: &str, of: &Type) -> Result<()> {
        let Some(kind) = self.kind(of) else {
            return Ok(());
        };
        match kind {
            TypeDefKind::Record(record) => {
                self.constant(name, "size", self.sizes.size(of).size_wasm32())?;
                let types = record.fields.iter().map(|field| &field.ty);
                for (field, (offset, ty)) in
                    record.fields.iter().zip(self.sizes.field_offsets(types))
                {
                    let offset = offset.size_wasm32();
                    self.constant(name, &field.name, offset)?;
                    if let Some(TypeDefKind::Option(held)) = self.kind(ty) {
                        let value = self.sizes.payload_offset(Int::U8, [Some(held)]);
                        let field = format!("{}-value", field.name);
                        self.constant(name, &field, offset + value.size_wasm32())?;
                    }
                }
            }
            TypeDefKind::Enum(cases) => {
                for (number, case) in cases.cases.iter().enumerate() {
                    self.constant(name, &case.name, number)?;
                }
            }
            TypeDefKind::Variant(variant) => {
                for (number, case) in variant.cases.iter().enumerate() {
                    self.constant(name, &case.name, number)?;
                }
                let values: Vec<_> = variant.cases.iter().map(|case| case.ty.as_ref()).collect();
                self.value(name, of, variant.tag(), &values)?;
            }
            TypeDefKind::Result(result) => {
                self.value(
                    name,
                    of,
                    Int::U8,
                    &[result.ok.as_ref(), result.err.as_ref()],
                )?;
            }
            TypeDefKind::Option(held) => self.value(name, of, Int::U8, &[Some(held)])?,
            _ => {}
        }
        Ok(())
    }

    fn kind(&self, of: &Type) -> Option<&'a TypeDefKind> {
        match of {
            Type::Id(id) => Some(&self.resolve.types.get(*id)?.kind),
            _ => None,
        }
    }

    fn value(&mut self, name: &str, of: &Type, tag: Int, values: &[Option<&Type>]) -> Result<()> {
        let value = self.sizes.payload_offset(tag, values.iter().copied());
        self.constant(name, "size", self.sizes.size(of).size_wasm32())?;
        self.constant(name, "value", value.size_wasm32())
    }

    fn constant(&mut self, name: &str, part: &str, number: usize) -> Result<()> {
        let label = format!("{name}_{part}").replace('-', "_").to_uppercase();
        writeln!(self.text, "export const {label} = {number};")?;
        Ok(())
    }
}

/// A function's name in AssemblyScript. A method's has its kind before it, in brackets.
fn label(name: &str) -> String {
    let name = name.rsplit(']').next().unwrap_or(name);
    name.replace(['-', '.'], "_")
}

/// A type of the binary interface.
fn core(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I32 => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::Pointer | WasmType::Length => "usize",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_has_the_functions_that_the_contract_gives_it() {
        let module = module(World::Kernel).unwrap();
        for declared in [
            // The option's tag, its nanoseconds, and where the result goes.
            "@external(\"ring:kernel/messaging@0.1.0\", \"receive\")\n\
             export declare function receive(p0: i32, p1: i64, p2: usize): void;",
            "@external(\"ring:kernel/lifecycle@0.1.0\", \"is-active\")\n\
             export declare function is_active(): i32;",
        ] {
            assert_eq!(module.matches(declared).count(), 1, "{declared}\n{module}");
        }
        assert!(!module.contains("sending"), "{module}");
    }

    #[test]
    fn resources_have_their_methods_and_are_given_back() {
        let module = module(World::Handler).unwrap();
        for declared in [
            "@external(\"ring:kernel/compute@0.1.0\", \"[static]space.create\")\n\
             export declare function space_create(p0: i32, p1: i32, p2: i64, p3: usize): void;",
            "@external(\"ring:kernel/compute@0.1.0\", \"[resource-drop]space\")\n\
             export declare function drop_space(p0: i32): void;",
            // The tag of the option, that of the result, and then the time that it took.
            "export const EVENT_POLL_VALUE = 8;\n",
            "export const LAUNCH_FUEL_VALUE = 32;\n",
        ] {
            assert_eq!(module.matches(declared).count(), 1, "{declared}\n{module}");
        }
    }

    #[test]
    fn what_is_in_memory_is_where_the_binary_interface_has_it() {
        let module = module(World::StatefulHandler).unwrap();
        for constant in [
            // A message: id, correlation, priority, and the payload's address and length.
            "MESSAGE_SIZE = 32",
            "MESSAGE_CORRELATION = 8",
            "MESSAGE_PRIORITY = 16",
            "MESSAGE_PAYLOAD = 20",
            "OUTGOING_CORRELATION_VALUE = 16",
            "PRIORITY_URGENT = 3",
            "SEND_ERROR_TOO_LARGE = 4",
            "SEND_ERROR_VALUE = 8",
            "HANDLE_VALUE = 4",
            "SNAPSHOT_SIZE = 12",
        ] {
            let line = format!("export const {constant};\n");
            assert_eq!(module.matches(&line).count(), 1, "{line}\n{module}");
        }
    }
}
