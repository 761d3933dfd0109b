//! Embeds what `ringhost new` writes out: the guest SDK, the contract and the project template.
//!
//! The SDK's manifests inherit from the workspace; outside of it they must stand by themselves, so
//! what they inherit is filled in here.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};
use toml::{Table, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What a project does not need of a manifest.
const LEFT_OUT: [&str; 2] = ["dev-dependencies", "lints"];

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let root = root.canonicalize()?;
    let output = PathBuf::from(env::var("OUT_DIR")?);
    for path in ["Cargo.toml", "LICENSE", "wit", "guest-sdk"] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }

    let mut vendor = Vec::new();
    for path in [
        "LICENSE",
        "wit",
        "guest-sdk/rust/README.md",
        "guest-sdk/rust/src",
        "guest-sdk/rust/macros/src",
    ] {
        collect(&root, &root.join(path), &mut vendor)?;
    }
    let workspace: Table = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
    for package in ["guest-sdk/rust", "guest-sdk/rust/macros"] {
        let path = format!("{package}/Cargo.toml");
        let manifest = resolved(&root.join(&path), &workspace)?;
        let copy = output.join(path.replace('/', "-"));
        fs::write(&copy, manifest)?;
        vendor.push((path, copy));
    }

    let mut template = Vec::new();
    let folder = root.join("guest-sdk/rust/template");
    collect(&folder, &folder, &mut template)?;

    // Those of the other languages, each in the folder of its SDK with its README, and what they have in common.
    let sdks = root.join("guest-sdk");
    let mut others = Vec::new();
    collect(&sdks, &sdks.join("template"), &mut others)?;
    collect(&sdks, &sdks.join("messages.md"), &mut others)?;
    for entry in fs::read_dir(&sdks)? {
        let folder = entry?.path().join("template");
        if folder.is_dir() && !folder.starts_with(sdks.join("rust")) {
            collect(&sdks, &folder, &mut others)?;
            collect(&sdks, &folder.with_file_name("README.md"), &mut others)?;
        }
    }

    let mut code = String::new();
    write_list(&mut code, "VENDOR", "&[u8]", "include_bytes", vendor)?;
    write_list(&mut code, "TEMPLATE", "&str", "include_str", template)?;
    write_list(&mut code, "TEMPLATES", "&str", "include_str", others)?;
    fs::write(output.join("embedded.rs"), code)?;
    Ok(())
}

/// Adds all files below `path`, each with its name relative to `base`. Build folders stay out.
fn collect(base: &Path, path: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_name() != "target" && entry.file_name() != "Cargo.lock" {
                collect(base, &entry.path(), files)?;
            }
        }
        return Ok(());
    }
    let name = path.strip_prefix(base)?.to_str().ok_or("not UTF-8")?;
    files.push((name.replace('\\', "/"), path.to_owned()));
    Ok(())
}

fn write_list(
    code: &mut String,
    name: &str,
    content: &str,
    include: &str,
    mut files: Vec<(String, PathBuf)>,
) -> Result<()> {
    files.sort();
    writeln!(code, "pub static {name}: &[(&str, {content})] = &[")?;
    for (name, path) in files {
        writeln!(code, "    ({name:?}, {include}!({path:?})),")?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// A manifest with everything filled in that it inherits from the workspace.
fn resolved(path: &Path, workspace: &Table) -> Result<String> {
    let mut manifest: Table = fs::read_to_string(path)?.parse()?;
    for section in LEFT_OUT {
        manifest.remove(section);
    }
    inherit(&mut manifest, workspace, "package")?;
    inherit(&mut manifest, workspace, "dependencies")?;
    if let Some(Value::Table(targets)) = manifest.get_mut("target") {
        for (_, target) in targets.iter_mut() {
            if let Value::Table(target) = target {
                inherit(target, workspace, "dependencies")?;
            }
        }
    }
    let text = toml::to_string(&manifest)?;
    if text.contains("workspace = true") {
        return Err(format!("{}: inherits what build.rs does not know", path.display()).into());
    }
    Ok(text)
}

/// Fills in the entries of one section, such as `version.workspace = true`.
fn inherit(manifest: &mut Table, workspace: &Table, section: &str) -> Result<()> {
    let Some(Value::Table(entries)) = manifest.get_mut(section) else {
        return Ok(());
    };
    for (name, entry) in entries.iter_mut() {
        let Value::Table(own) = entry else { continue };
        if own.remove("workspace").is_none() {
            continue;
        }
        let shared = workspace
            .get("workspace")
            .and_then(|workspace| workspace.get(section)?.get(name))
            .ok_or_else(|| format!("the workspace has no {section}.{name}"))?;
        *entry = merged(shared, own);
    }
    Ok(())
}

/// The workspace's value with what the member adds to it.
fn merged(shared: &Value, own: &Table) -> Value {
    if own.is_empty() {
        return shared.clone();
    }
    let mut merged = match shared {
        Value::Table(table) => table.clone(),
        version => Table::from_iter([("version".to_owned(), version.clone())]),
    };
    for (key, value) in own {
        match (merged.get_mut(key), value) {
            (Some(Value::Array(shared)), Value::Array(own)) => shared.extend(own.iter().cloned()),
            _ => drop(merged.insert(key.clone(), value.clone())),
        }
    }
    Value::Table(merged)
}
