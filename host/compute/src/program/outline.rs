//! What is where in a core module.

use super::PREFIX;
use super::operators::invalid;
use crate::ProgramError;
use std::collections::HashMap;
use wasmparser::{
    CompositeInnerType, ConstExpr, Data, Element, ExternalKind, FuncType, FunctionBody, GlobalType,
    KnownCustom, MemoryType, Name, Operator, Parser, Payload, Table, TypeRef, Validator,
    WasmFeatures,
};

/// What is where in a core module, which is valid.
#[derive(Default)]
pub(crate) struct Outline<'a> {
    /// None where a type is not that of a function.
    pub(crate) types: Vec<Option<FuncType>>,
    /// Of each function, first those that are imported, the number of its type.
    pub(crate) functions: Vec<u32>,
    /// Where each function that is imported comes from.
    pub(crate) imports: Vec<(&'a str, &'a str)>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) globals: Vec<Global>,
    pub(crate) tables: Vec<Option<Table<'a>>>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) data: Vec<Data<'a>>,
    pub(crate) elements: Vec<Element<'a>>,
    /// The marked functions: their names and numbers.
    pub(crate) marked: Vec<(&'a str, u32)>,
    /// The global that is exported or named as the stack pointer.
    pub(crate) named_stack_pointer: Option<u32>,
    pub(crate) function_names: HashMap<u32, &'a str>,
    /// What the section `ring:compute` says.
    pub(crate) roles: Vec<&'a [u8]>,
}

/// A global and, where it is a constant of the module's own, its value at first.
pub(crate) struct Global {
    pub(crate) kind: GlobalType,
    pub(crate) value: Option<Constant>,
}

/// The value of a global.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constant {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(i128),
}

impl Constant {
    /// The value of an expression that is nothing but a constant.
    pub(crate) fn of(expression: &ConstExpr<'_>) -> Option<Self> {
        let mut operators = expression.get_operators_reader();
        let value = match operators.read().ok()? {
            Operator::I32Const { value } => Self::I32(value),
            Operator::I64Const { value } => Self::I64(value),
            Operator::F32Const { value } => Self::F32(value.bits()),
            Operator::F64Const { value } => Self::F64(value.bits()),
            Operator::V128Const { value } => Self::V128(value.i128()),
            _ => return None,
        };
        matches!(operators.read(), Ok(Operator::End)).then_some(value)
    }
}

impl<'a> Outline<'a> {
    pub(crate) fn of(module: &'a [u8]) -> Result<Self, ProgramError> {
        // What is not reached may use anything that there is.
        Validator::new_with_features(WasmFeatures::all())
            .validate_all(module)
            .map_err(invalid)?;
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            outline.take(payload.map_err(invalid)?).map_err(invalid)?;
        }
        Ok(outline)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), wasmparser::BinaryReaderError> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for kind in group?.into_types() {
                        self.types.push(match kind.composite_type.inner {
                            CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(kind) | TypeRef::FuncExact(kind) => {
                            self.functions.push(kind);
                            self.imports.push((import.module, import.name));
                        }
                        TypeRef::Global(kind) => self.globals.push(Global { kind, value: None }),
                        TypeRef::Table(_) => self.tables.push(None),
                        TypeRef::Memory(kind) => self.memories.push(kind),
                        TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for kind in functions {
                    self.functions.push(kind?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(Some(table?));
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let global = global?;
                    self.globals.push(Global {
                        kind: global.ty,
                        value: Constant::of(&global.init_expr),
                    });
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    match (export.kind, export.name.strip_prefix(PREFIX)) {
                        (ExternalKind::Func, Some(name)) => self.marked.push((name, export.index)),
                        (ExternalKind::Global, _) => self.name_global(export.index, export.name),
                        _ => {}
                    }
                }
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.elements.push(element?);
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(data) => {
                for data in data {
                    self.data.push(data?);
                }
            }
            Payload::CustomSection(section) if section.name() == "ring:compute" => {
                self.roles.push(section.data());
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    // Names that cannot be read are none: nothing depends on what they say.
                    for name in names.into_iter().map_while(Result::ok) {
                        self.take_names(name);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_names(&mut self, name: Name<'a>) {
        match name {
            Name::Function(names) => {
                for name in names.into_iter().map_while(Result::ok) {
                    self.function_names.insert(name.index, name.name);
                }
            }
            Name::Global(names) => {
                for name in names.into_iter().map_while(Result::ok) {
                    self.name_global(name.index, name.name);
                }
            }
            _ => {}
        }
    }

    fn name_global(&mut self, global: u32, name: &str) {
        // The compiler of AssemblyScript has the path of its library before it.
        if name.rsplit('/').next() == Some(super::STACK_POINTER) {
            self.named_stack_pointer = Some(global);
        }
    }

    /// The type of a function.
    pub(crate) fn function_type(&self, function: u32) -> Option<&FuncType> {
        let kind = self.functions.get(usize::try_from(function).ok()?)?;
        self.function_type_numbered(*kind)
    }

    /// The type with this number, if it is a function's.
    pub(crate) fn function_type_numbered(&self, kind: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(kind).ok()?)?.as_ref()
    }

    /// The body of a function; none if it is imported.
    pub(crate) fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        let index = usize::try_from(function)
            .ok()?
            .checked_sub(self.imports.len())?;
        self.bodies.get(index)
    }

    /// A global.
    pub(crate) fn global(&self, global: u32) -> Option<&Global> {
        self.globals.get(usize::try_from(global).ok()?)
    }
}
