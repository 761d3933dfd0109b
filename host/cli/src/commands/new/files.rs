//! The files of a new project in Rust. They were put into this program when it was built, by build.rs.

use super::name::crate_name;
use std::io;
use std::path::Path;
use std::{fs, str};

pub mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Where the project keeps what it brings with it. The SDK finds the contract beside its own
/// folder, as in the repository it comes from.
const VENDOR: &str = "vendor";
const SDK: &str = "vendor/guest-sdk/rust";

/// A template's manifest is not called so where it stands, or cargo would take it for one.
const TEMPLATE_ENDING: &str = ".template";

/// The source of a loop, and of a handler, which takes its place.
const LOOP: &str = "src/lib.rs";
const HANDLER: &str = "src/handler.rs";

/// Writes a project of a loop, or of a handler, into a folder that is empty or not there.
///
/// # Errors
/// If a file cannot be written.
pub fn write(folder: &Path, name: &str, handler: bool) -> io::Result<()> {
    for (path, content) in embedded::VENDOR {
        write_file(&folder.join(VENDOR).join(path), content)?;
    }
    for (path, content) in embedded::TEMPLATE {
        let path = match (*path, handler) {
            (LOOP, true) | (HANDLER, false) => continue,
            (HANDLER, true) => LOOP,
            (path, _) => path.strip_suffix(TEMPLATE_ENDING).unwrap_or(path),
        };
        write_file(&folder.join(path), filled(content, name).as_bytes())?;
    }
    Ok(())
}

fn filled(template: &str, name: &str) -> String {
    template
        .replace("{{name}}", name)
        .replace("{{crate}}", &crate_name(name))
        .replace("{{sdk}}", SDK)
}

pub fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendored(path: &str) -> &'static str {
        let (_, content) = embedded::VENDOR
            .iter()
            .find(|(name, _)| *name == path)
            .unwrap_or_else(|| panic!("{path} is not embedded"));
        str::from_utf8(content).unwrap()
    }

    #[test]
    fn the_sdk_stands_by_itself() {
        for package in ["guest-sdk/rust", "guest-sdk/rust/macros"] {
            let manifest: toml::Table = vendored(&format!("{package}/Cargo.toml")).parse().unwrap();
            assert!(!manifest.to_string().contains("workspace"), "{manifest}");
            assert!(manifest["package"]["version"].is_str());
            assert!(manifest["dependencies"].is_table());
        }
        assert!(vendored("wit/ring-kernel.wit").contains("world kernel"));
        assert!(vendored("guest-sdk/rust/src/guest.rs").contains("path: \"../../wit\""));
    }

    #[test]
    fn every_placeholder_is_filled() {
        for (path, content) in embedded::TEMPLATE {
            let filled = filled(content, "word-counter");
            assert!(
                !filled.contains("{{name}}") && !filled.contains("{{crate}}"),
                "{path}"
            );
        }
    }
}
