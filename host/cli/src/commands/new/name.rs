//! What a kernel's project can be called: its name is that of a package, a crate and a function.

use crate::exit::Wrong;
use ringhost_build::Language;

const LONGEST: usize = 64;

/// Words that Rust or cargo keep for themselves, and the project's own dependency.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "main",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "ringhost_sdk",
    "ringhost_sdk_macros",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// # Errors
/// If no project can have this name; says the rule.
pub fn check(name: &str, language: Language) -> Result<(), Wrong> {
    let rule = format!(
        "a name has 1 to {LONGEST} of the characters a-z, 0-9, - and _, and a letter first"
    );
    let fits = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-' | '_');
    let shown: String = name.chars().take(LONGEST).collect();
    if !name.starts_with(|first: char| first.is_ascii_lowercase())
        || !name.chars().all(fits)
        || name.len() > LONGEST
    {
        return Err(Wrong(format!(
            "{shown:?} cannot be a project's name: {rule}"
        )));
    }
    if language == Language::Rust && RESERVED.contains(&crate_name(name).as_str()) {
        return Err(Wrong(format!(
            "{name:?} cannot be a project's name: Rust keeps that word for itself; choose another"
        )));
    }
    Ok(())
}

/// The name as Rust code and file names have it.
pub fn crate_name(name: &str) -> String {
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_packages_are_names() {
        for name in ["counter", "word-counter", "k9", "a_b"] {
            assert!(check(name, Language::Rust).is_ok(), "{name}");
        }
    }

    #[test]
    fn others_are_refused_with_the_rule() {
        let long = "x".repeat(LONGEST + 1);
        for name in [
            "", "9lives", "-a", "_a", "Counter", "a b", "a/b", "..", "größe", "a\n", &long,
        ] {
            let error = check(name, Language::Rust).unwrap_err().to_string();
            assert!(error.contains("a letter first"), "{name}: {error}");
            assert!(error.len() < 300, "{error}");
        }
        for name in ["loop", "test", "std", "proc-macro", "ringhost-sdk", "build"] {
            let error = check(name, Language::Rust).unwrap_err().to_string();
            assert!(error.contains("keeps that word"), "{name}: {error}");
            assert!(check(name, Language::C).is_ok(), "{name}");
        }
    }
}
