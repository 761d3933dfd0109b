//! How each language's compiler is called.

mod assemblyscript;
mod c;
mod go;
mod javascript;
mod python;
mod rust;
mod state;
mod wat;
mod zig;

use crate::component;
use crate::contract::World;
use crate::messages;
use crate::prebuilt::Prebuilt;
use crate::project::{Language, Project};
use anyhow::{Context, Result};
use ringhost_compute::Program;
use std::fs;
use std::path::{Path, PathBuf};

pub use assemblyscript::TOOLS as ASSEMBLYSCRIPT;
pub use go::GO;
pub use javascript::TOOLS as JAVASCRIPT;
pub use python::TOOLS as PYTHON;
pub use zig::ZIG;

/// What a language's compiler makes.
enum Made {
    /// A core module, which is to become a component.
    Module(Vec<u8>),
    /// A component.
    Component(Vec<u8>),
}

/// Builds a kernel and returns where its component is; its manifest is put beside it. What the
/// compiler has to say, it says to the user.
///
/// # Errors
/// If the language's compiler is neither there nor to be had, the source does not compile, or what
/// it makes is no kernel.
pub fn build(project: &Project) -> Result<PathBuf> {
    let folder = project.build_folder();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let messages = messages::generate(project)?;
    let prebuilt = Prebuilt::beside(project)?;
    let made = match project.language {
        Language::Wat => wat::build(project),
        Language::C | Language::Cpp => c::build(project),
        Language::Zig => zig::build(project),
        Language::JavaScript | Language::TypeScript => {
            javascript::build(project, prebuilt.as_ref())
        }
        Language::Python => python::build(project, prebuilt.as_ref()),
        Language::Go => go::build(project),
        Language::Rust => rust::build(project),
        Language::AssemblyScript => assemblyscript::build(project),
    };
    let source = project.source.display();
    let no_kernel = || format!("{source} is no kernel");
    let mut component = match made.with_context(|| format!("cannot build {source}"))? {
        Made::Component(mut component) => {
            World::of(&component).with_context(no_kernel)?;
            if let Some(messages) = messages {
                component::declare(&mut component, &messages);
            }
            component
        }
        Made::Module(module) => {
            component::of_module(&module, messages.as_deref()).with_context(no_kernel)?
        }
    };
    if let Some(prebuilt) = &prebuilt {
        prebuilt.add_to(&mut component);
    }
    Program::of_component(&component).with_context(no_kernel)?;
    let path = project.component();
    fs::write(&path, component).with_context(|| format!("cannot write {}", path.display()))?;
    let beside = path.with_extension("toml");
    if let Some(manifest) = project.manifest() {
        fs::copy(&manifest, &beside)
            .with_context(|| format!("cannot copy {}", manifest.display()))?;
    } else if beside.exists() {
        fs::remove_file(&beside).with_context(|| format!("cannot remove {}", beside.display()))?;
    }
    Ok(path)
}

/// Writes a file of what is built, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let writing = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(writing)?;
    }
    fs::write(path, text).with_context(writing)
}
