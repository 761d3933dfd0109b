//! The files of a new project in another language than Rust.

use super::files::{embedded, write_file};
use crate::exit::Wrong;
use anyhow::Result;
use ringhost_build::Language;
use std::path::Path;

/// What all languages have in common.
const COMMON: &str = "template/";

/// Where a new project has what is to be read about its language, each file in the folder that links to it
/// name.
const GUIDE: &str = "guide/";

/// What tells of the language that several others build on, and of messages.
const SHARED: [&str; 2] = ["c/README.md", "messages.md"];

/// The file of a new project in Rust that is the same in every language.
const MANIFEST: &str = "kernel.toml";

/// What the source of a new kernel is called in its project.
pub fn source(language: Language) -> Option<String> {
    let ending = language.endings().first()?;
    Some(format!("kernel.{ending}"))
}

/// Writes a project of a loop, or of a handler, into a folder that is empty or not there.
///
/// # Errors
/// If there is no such template, or a file cannot be written.
pub fn write(folder: &Path, name: &str, language: Language, handler: bool) -> Result<()> {
    let none = || {
        let shape = if handler { "a handler" } else { "a kernel" };
        Wrong(format!(
            "there is no template of {shape} in {language}; without --handler there is one"
        ))
    };
    let source = source(language).ok_or_else(none)?;
    let shape = if handler {
        source.replacen("kernel", "handler", 1)
    } else {
        source.clone()
    };
    let (sdk, text) = template(&shape).ok_or_else(none)?;
    let filled = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{crate}}", name)
            .replace("{{source}}", &source)
            .replace("{{language}}", language.title())
    };
    let write = |file: &str, text: &str| write_file(&folder.join(file), filled(text).as_bytes());
    write(&source, text)?;
    for (path, text) in embedded::TEMPLATES {
        let Some(file) = path.strip_prefix(COMMON) else {
            continue;
        };
        match embedded(&format!("{sdk}{file}")) {
            // A language can have its own instead, or, by an empty one, none.
            Some("") => {}
            own => write(file, own.unwrap_or(text))?,
        }
    }
    let readme = format!("{}README.md", sdk.trim_end_matches(COMMON));
    let told = embedded(&readme).unwrap_or_default();
    write_file(&folder.join(GUIDE).join(&readme), told.as_bytes())?;
    for path in SHARED {
        let linked = told.contains(&format!("(../{path})"));
        if let (true, Some(text)) = (linked && path != readme, embedded(path)) {
            write_file(&folder.join(GUIDE).join(path), text.as_bytes())?;
        }
    }
    // What languages that share an SDK do not share.
    let own = format!("{sdk}{}/", language.name());
    for (path, text) in embedded::TEMPLATES {
        if let Some(file) = path.strip_prefix(&own) {
            write(file, text)?;
        }
    }
    let manifest = embedded::TEMPLATE
        .iter()
        .find(|(path, _)| *path == MANIFEST);
    if let Some((path, text)) = manifest {
        write(path, text)?;
    }
    Ok(())
}

/// The template of a source, and the folder in which it is.
fn template(source: &str) -> Option<(&'static str, &'static str)> {
    embedded::TEMPLATES
        .iter()
        .filter(|(path, _)| !path.starts_with(COMMON))
        .find_map(|(path, text)| Some((path.strip_suffix(source)?, *text)))
        .filter(|(folder, _)| folder.ends_with('/'))
}

fn embedded(path: &str) -> Option<&'static str> {
    let found = embedded::TEMPLATES.iter().find(|(name, _)| *name == path)?;
    Some(found.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_typescript_is_told_where_its_types_are() {
        for language in [Language::TypeScript, Language::JavaScript] {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), "word-counter", language, false).unwrap();
            let told = folder.path().join("tsconfig.json").exists();
            assert_eq!(told, language == Language::TypeScript);
        }
    }

    #[test]
    fn what_is_to_be_read_comes_with_all_that_it_links_to() {
        for language in Language::ALL {
            if language == Language::Rust {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), "word-counter", language, false).unwrap();
            let guide = folder.path().join(GUIDE);
            let mut files = 0;
            for entry in std::fs::read_dir(&guide).unwrap() {
                let path = entry.unwrap().path().join("README.md");
                let Ok(text) = std::fs::read_to_string(&path) else {
                    continue;
                };
                files += 1;
                for link in text.split("](../").skip(1) {
                    let link = link.split_once(')').unwrap().0;
                    assert!(guide.join(link).is_file(), "{language}: {link}");
                }
            }
            assert!(files > 0, "{language}");
        }
    }

    #[test]
    fn every_language_has_a_template_in_which_everything_is_filled() {
        for language in Language::ALL {
            if language == Language::Rust {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), "word-counter", language, false).unwrap();
            for file in [
                source(language).unwrap().as_str(),
                "README.md",
                "cases.toml",
                MANIFEST,
            ] {
                let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
                assert!(!text.contains("{{"), "{language}: {file}");
            }
        }
    }
}
