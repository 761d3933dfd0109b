//! What the marked functions reach: other functions, globals, tables.

use super::operators::{invalid, operators};
use super::{Outline, stack_pointer};
use crate::ProgramError;
use std::collections::{BTreeSet, HashMap};
use wasmparser::{ElementItems, FuncType, Operator, ValType};

/// The most bytes of code of a program.
const CODE_BYTES: u64 = 1 << 20;

/// The most bytes of code of one function: what a compiler does with it can grow faster than it does.
const FUNCTION_BYTES: u64 = 64 << 10;

/// The most loops and calls of one function, and of a program: each is given code that burns fuel.
const FUNCTION_TURNS: u64 = 1000;
const TURNS: u64 = 8000;

/// The most locals of one function.
const LOCALS: u64 = 1024;

/// The most compute functions.
const FUNCTIONS: u64 = 1024;

/// What the marked functions reach.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) functions: BTreeSet<u32>,
    pub(super) globals: BTreeSet<u32>,
    pub(super) tables: BTreeSet<u32>,
    pub(super) stack_pointer: Option<u32>,
}

/// A walk through all that is reached.
struct Walk<'a, 'b> {
    outline: &'b Outline<'a>,
    reached: Reached,
    /// Functions to look at, each with the marked one that reaches it.
    open: Vec<(u32, &'a str)>,
    code_bytes: u64,
    turns: u64,
    /// By their types, the functions that are in tables; known once there is a call through one. Those
    /// of a type that is called are taken out.
    callable: Option<HashMap<&'b FuncType, BTreeSet<u32>>>,
    search: stack_pointer::Search,
}

impl Reached {
    pub(super) fn from(outline: &Outline<'_>) -> Result<Self, ProgramError> {
        if outline.marked.is_empty() {
            return Err(ProgramError::NothingMarked);
        }
        at_most(
            "functions",
            u64::try_from(outline.marked.len()).unwrap_or(u64::MAX),
            FUNCTIONS,
        )?;
        let mut walk = Walk {
            outline,
            reached: Self::default(),
            open: Vec::new(),
            code_bytes: 0,
            turns: 0,
            callable: None,
            search: stack_pointer::Search::default(),
        };
        for &(name, function) in &outline.marked {
            walk.reach(function, name)?;
        }
        while let Some((function, by)) = walk.open.pop() {
            walk.walk(function, by)?;
        }
        walk.reached.stack_pointer = walk
            .search
            .result(outline)
            .filter(|global| walk.reached.globals.contains(global));
        Ok(walk.reached)
    }
}

impl<'a> Walk<'a, '_> {
    fn reach(&mut self, function: u32, by: &'a str) -> Result<(), ProgramError> {
        if let Some((module, name)) = usize::try_from(function)
            .ok()
            .and_then(|function| self.outline.imports.get(function))
        {
            let reason = format!(
                "it calls the import `{name}` of `{module}`, and there is no host to call where its \
                 items run"
            );
            return Err(refusal(by, reason));
        }
        if self.reached.functions.insert(function) {
            self.open.push((function, by));
        }
        Ok(())
    }

    fn walk(&mut self, function: u32, by: &'a str) -> Result<(), ProgramError> {
        let Some(body) = self.outline.body(function) else {
            return Err(ProgramError::Invalid(format!("no function {function}")));
        };
        let range = body.range();
        let bytes = range.end.saturating_sub(range.start);
        at_most("bytes of code in one function", bytes, FUNCTION_BYTES)?;
        self.code_bytes = self.code_bytes.saturating_add(bytes);
        at_most("bytes of code", self.code_bytes, CODE_BYTES)?;
        let mut locals = 0_u64;
        for local in body.get_locals_reader().map_err(invalid)? {
            let (count, kind) = local.map_err(invalid)?;
            if matches!(kind, ValType::Ref(_)) {
                let reason = format!("{} has a local of type {kind}", self.called(function));
                return Err(refusal(by, reason));
            }
            locals = locals.saturating_add(u64::from(count));
        }
        at_most("locals in one function", locals, LOCALS)?;
        let mut turns = 0_u64;
        for operator in operators(body)? {
            let operator = operator?;
            if matches!(
                operator,
                Operator::Loop { .. } | Operator::Call { .. } | Operator::CallIndirect { .. }
            ) {
                turns = turns.saturating_add(1);
                self.turns = self.turns.saturating_add(1);
                at_most("loops and calls in one function", turns, FUNCTION_TURNS)?;
                at_most("loops and calls", self.turns, TURNS)?;
            }
            if let Some(reason) = refused(&operator) {
                let reason = format!("{} uses {reason}", self.called(function));
                return Err(refusal(by, reason));
            }
            self.search.see(&operator);
            match operator {
                Operator::Call { function_index } => self.reach(function_index, by)?,
                Operator::CallIndirect {
                    type_index,
                    table_index,
                } => {
                    self.reached.tables.insert(table_index);
                    self.reach_callable(type_index, by)?;
                }
                Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                    self.reach_global(global_index, by)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn reach_global(&mut self, global: u32, by: &'a str) -> Result<(), ProgramError> {
        let is_constant = self
            .outline
            .global(global)
            .is_some_and(|global| global.value.is_some());
        if !is_constant {
            let reason =
                format!("it uses the global {global}, which is not of a constant in this module");
            return Err(refusal(by, reason));
        }
        self.reached.globals.insert(global);
        Ok(())
    }

    /// Reaches the functions that can be called through tables by this type.
    fn reach_callable(&mut self, kind: u32, by: &'a str) -> Result<(), ProgramError> {
        let outline = self.outline;
        let callable = match &mut self.callable {
            Some(callable) => callable,
            None => self.callable.insert(in_tables(outline)?),
        };
        let functions = outline
            .function_type_numbered(kind)
            .and_then(|kind| callable.remove(kind));
        for function in functions.unwrap_or_default() {
            self.reach(function, by)?;
        }
        Ok(())
    }

    fn called(&self, function: u32) -> String {
        match self.outline.function_names.get(&function) {
            Some(name) => format!("its function `{name}`"),
            None => format!("its function {function}"),
        }
    }
}

/// The functions in tables, by their types.
fn in_tables<'b>(
    outline: &'b Outline<'_>,
) -> Result<HashMap<&'b FuncType, BTreeSet<u32>>, ProgramError> {
    let mut callable: HashMap<_, BTreeSet<u32>> = HashMap::new();
    let mut known = BTreeSet::new();
    for element in &outline.elements {
        let ElementItems::Functions(functions) = element.items.clone() else {
            continue;
        };
        for function in functions {
            let function = function.map_err(invalid)?;
            if known.insert(function)
                && let Some(kind) = outline.function_type(function)
            {
                callable.entry(kind).or_default().insert(function);
            }
        }
    }
    Ok(callable)
}

/// What cannot be taken over, and why.
fn refused(operator: &Operator<'_>) -> Option<&'static str> {
    Some(match operator {
        Operator::MemoryGrow { .. } => {
            "memory.grow, as an allocator does, and a space does not grow: let it work in the \
             buffers that it is given"
        }
        Operator::MemoryInit { .. } | Operator::DataDrop { .. } => {
            "a data segment that is not in memory from the start"
        }
        Operator::TableSet { .. }
        | Operator::TableGrow { .. }
        | Operator::TableInit { .. }
        | Operator::TableCopy { .. }
        | Operator::TableFill { .. }
        | Operator::ElemDrop { .. } => {
            "a table that changes, and each item begins with what the module says"
        }
        Operator::RefFunc { .. }
        | Operator::RefNull { .. }
        | Operator::RefIsNull
        | Operator::TableGet { .. }
        | Operator::TableSize { .. } => "references",
        Operator::MemoryAtomicWait32 { .. }
        | Operator::MemoryAtomicWait64 { .. }
        | Operator::MemoryAtomicNotify { .. } => {
            "memory.atomic.wait or notify, and items do not wait for each other"
        }
        Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => "tail calls",
        _ => return None,
    })
}

fn refusal(function: &str, reason: String) -> ProgramError {
    ProgramError::Reaches {
        function: function.to_owned(),
        reason,
    }
}

pub(super) fn at_most(what: &'static str, actual: u64, most: u64) -> Result<(), ProgramError> {
    if actual > most {
        return Err(ProgramError::TooLarge { what, actual, most });
    }
    Ok(())
}
