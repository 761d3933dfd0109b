//! Typed messages: a kernel's declaration of them in `messages.json`, and the types and codecs that are
//! made of it in the kernel's language.
//!
//! The parser gives an author's mistakes back with their place. What is generated is short, for what
//! reads and writes messages is in the SDKs; a language is a file here.

mod assemblyscript;
mod c;
mod cpp;
mod definitions;
mod go;
mod javascript;
mod json;
mod parse;
mod python;
#[cfg(test)]
mod tests;
mod words;
mod zig;

use crate::languages::write;
use crate::project::{Language, Project};
use anyhow::{Context, Result};
use definitions::definitions;
use ringhost_schema::Messages;
use std::fs;
use std::path::PathBuf;

/// What the declaration is called in a kernel's folder.
const FILE: &str = "messages.json";

/// Where what is generated of it lies, if the kernel has one.
pub(crate) fn folder(project: &Project) -> Option<PathBuf> {
    let folder = made(project);
    folder.is_dir().then_some(folder)
}

fn made(project: &Project) -> PathBuf {
    project.build_folder().join("messages")
}

/// Reads the declaration of a kernel's messages, if it has one, and writes the types that it declares
/// in the kernel's language. Returns the declaration as short as it can be, for it is part of the
/// component.
///
/// # Errors
/// If it is none, with the place in the file; or if the language has no type for one of those that it
/// declares.
pub(crate) fn generate(project: &Project) -> Result<Option<String>> {
    let folder = made(project);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    let path = project.folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let wrong = || format!("{} declares no messages", path.display());
    // Some editors begin a text with a mark of its encoding.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let messages = parse::parse(text).with_context(wrong)?;
    for (name, text) in files(&messages, project.language).with_context(wrong)? {
        write(&folder.join(name), &text)?;
    }
    let declaration = serde_json::to_string(&messages)?;
    // It was checked more strictly than a host does.
    Messages::parse(declaration.as_bytes()).with_context(wrong)?;
    Ok(Some(declaration))
}

/// What is generated in a language: each file's name and text.
fn files(messages: &Messages, language: Language) -> Result<Vec<(&'static str, String)>> {
    let messages = definitions::simplified(messages);
    let definitions = definitions(&messages)?;
    Ok(match language {
        // What stands in the source is declared by the SDK, or read and written by hand.
        Language::Wat | Language::Rust => Vec::new(),
        Language::C => {
            let (header, source) = c::write(&definitions);
            vec![("messages.h", header), ("messages.c", source)]
        }
        Language::Cpp => vec![("messages.hpp", cpp::write(&definitions))],
        Language::Zig => vec![("messages.zig", zig::write(&definitions))],
        Language::AssemblyScript => {
            vec![("messages.ts", assemblyscript::write(&definitions)?)]
        }
        Language::Go => vec![
            ("go.mod", go::MODULE.to_owned()),
            ("messages.go", go::write(&definitions)?),
        ],
        Language::JavaScript | Language::TypeScript => vec![
            ("messages.js", javascript::write(&definitions)),
            ("messages.d.ts", javascript::write_types(&definitions)),
        ],
        Language::Python => vec![("messages.py", python::write(&definitions))],
    })
}
