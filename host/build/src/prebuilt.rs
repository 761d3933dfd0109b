//! Compute functions in a module that lies beside a kernel, as those have it whose language cannot mark a
//! function: Python, JavaScript and TypeScript.

use crate::component::push_section;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use ringhost_compute::{Parameter, Program, ValueKind};
use serde_json::{Map, Value};
use std::path::Path;

/// What the file is called.
const FILES: [&str; 2] = ["compute.wat", "compute.wasm"];

/// The id of a core module's section in a component.
const CORE_MODULE: u8 = 1;

/// A core module that exports functions as `compute:NAME`.
pub(crate) struct Prebuilt {
    module: Vec<u8>,
    program: Program,
}

impl Prebuilt {
    /// The one beside a kernel's source; none where there is none.
    ///
    /// # Errors
    /// If there are two, or one whose functions cannot be used.
    pub(crate) fn beside(project: &Project) -> Result<Option<Self>> {
        let files = FILES.map(|name| project.folder.join(name));
        let files: Vec<_> = (files.iter())
            .filter(|path| path.is_file() && **path != project.source)
            .collect();
        match files.as_slice() {
            [] => Ok(None),
            [path] => {
                let read = Self::read(path);
                let read = read.with_context(|| format!("cannot use {}", path.display()));
                read.map(Some)
            }
            _ => bail!(
                "there are {} beside the kernel: keep one",
                FILES.join(" and ")
            ),
        }
    }

    fn read(path: &Path) -> Result<Self> {
        let module = wat::parse_file(path)?;
        let program = Program::of_module(&module)?;
        Ok(Self { module, program })
    }

    /// Puts it into a component, where nothing makes an instance of it and the host finds its functions.
    pub(crate) fn add_to(&self, component: &mut Vec<u8>) {
        push_section(component, CORE_MODULE, &self.module);
    }

    /// What each function takes behind the item, as JSON: `{"saxpy": ["f32", "i32", "i32"]}`.
    pub(crate) fn parameters(&self) -> String {
        let kind = |parameter: &Parameter| {
            Value::from(match parameter.kind {
                ValueKind::I32 => "i32",
                ValueKind::I64 => "i64",
                ValueKind::F32 => "f32",
                ValueKind::F64 => "f64",
            })
        };
        let functions = self.program.functions().iter().map(|function| {
            let kinds: Vec<_> = function.parameters.iter().map(kind).collect();
            (function.name.clone(), Value::from(kinds))
        });
        Value::from(functions.collect::<Map<_, _>>()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const MODULE: &str = r#"(module (func (export "compute:f") (param i32 f32 i32 i64 f64)))"#;

    fn beside(files: &[(&str, &str)]) -> Result<Option<Prebuilt>> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kernel.py"), "").unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Prebuilt::beside(&Project::find(folder.path()).unwrap())
    }

    #[test]
    fn its_functions_are_found_in_the_component_that_it_is_put_into() {
        assert!(beside(&[]).unwrap().is_none());
        let prebuilt = beside(&[("compute.wat", MODULE)]).unwrap().unwrap();
        assert_eq!(prebuilt.parameters(), r#"{"f":["f32","i32","i64","f64"]}"#);
        let mut component = wat::parse_str("(component)").unwrap();
        prebuilt.add_to(&mut component);
        let program = Program::of_component(&component).unwrap().unwrap();
        assert!(program.function("f").is_some());
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_file() {
        for (files, told) in [
            (
                vec![("compute.wat", MODULE), ("compute.wasm", "")],
                "keep one",
            ),
            (vec![("compute.wasm", "nonsense")], "compute.wasm"),
            (vec![("compute.wat", "(module (func")], "compute.wat"),
            (
                vec![("compute.wat", "(module)")],
                "it marks no compute function",
            ),
            (
                vec![(
                    "compute.wat",
                    r#"(module (memory 1) (func (export "compute:f") (param i32)
                        (drop (memory.grow (local.get 0)))))"#,
                )],
                "uses memory.grow",
            ),
        ] {
            let error = beside(&files).err().map(|error| format!("{error:#}"));
            let error = error.unwrap_or_default();
            assert!(error.contains(told), "{error}");
        }
    }
}
