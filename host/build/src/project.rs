//! Which kernel is to be built, and in which language it is written.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a kernel's main source file is called, beside its ending.
const SOURCE: &str = "kernel";

/// What a project of cargo is known by.
const CARGO: &str = "Cargo.toml";

/// The manifest of a kernel, which goes with its component: what it may use.
const MANIFEST: &str = "kernel.toml";

/// A language that kernels are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// WebAssembly's text: the contract's binary interface by hand. Also a core module or a component
    /// that is WebAssembly by now, whatever it was written in.
    Wat,
    /// C.
    C,
    /// C++.
    Cpp,
    /// Zig.
    Zig,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Rust, as a project of cargo.
    Rust,
    /// AssemblyScript.
    AssemblyScript,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Wat,
        Self::C,
        Self::Cpp,
        Self::Zig,
        Self::JavaScript,
        Self::TypeScript,
        Self::Python,
        Self::Go,
        Self::Rust,
        Self::AssemblyScript,
    ];

    /// How it is called where a command names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wat => "wat",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Zig => "zig",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Go => "go",
            Self::Rust => "rust",
            Self::AssemblyScript => "assemblyscript",
        }
    }

    /// How people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Wat => "WebAssembly text",
            Self::C => "C",
            Self::Cpp => "C++",
            Self::Zig => "Zig",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Rust => "Rust",
            Self::AssemblyScript => "AssemblyScript",
        }
    }

    /// The endings of its source files; the first is what a new kernel's source has. A project of
    /// cargo is known by its manifest instead.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Wat => &["wat", "wasm"],
            Self::C => &["c"],
            Self::Cpp => &["cpp", "cc", "cxx"],
            Self::Zig => &["zig"],
            Self::JavaScript => &["js", "mjs"],
            Self::TypeScript => &["ts"],
            Self::Python => &["py"],
            Self::Go => &["go"],
            Self::Rust => &[],
            // Its own ending is TypeScript's, which is another language here.
            Self::AssemblyScript => &["as.ts"],
        }
    }

    /// The language of a source file, and the file's name without the ending.
    fn of(path: &Path) -> Option<(Self, &str)> {
        let file = path.file_name().and_then(OsStr::to_str)?;
        let languages = Self::ALL.into_iter().flat_map(|language| {
            let endings = language.endings().iter();
            endings.map(move |ending| (language, *ending))
        });
        languages
            .filter_map(|(language, ending)| {
                let name = file.strip_suffix(ending)?.strip_suffix('.')?;
                Some((language, name))
            })
            // The longest ending, for one can be the end of another.
            .min_by_key(|(_, name)| name.len())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A kernel that can be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The folder that holds its source.
    pub folder: PathBuf,
    /// What its component is called, without the ending.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    /// Its main source file.
    pub source: PathBuf,
}

impl Project {
    /// The kernel in a folder, which has the folder's name; or the one whose source is this file.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn find(path: &Path) -> Result<Self> {
        let path = path
            .canonicalize()
            .with_context(|| format!("there is no {}", path.display()))?;
        if path.is_dir() {
            return Self::in_folder(path);
        }
        if path.file_name() == Some(OsStr::new(CARGO)) {
            return Self::in_folder(path.parent().unwrap_or(Path::new("/")).to_owned());
        }
        let Some((language, stem)) = Language::of(&path) else {
            bail!(
                "{} is no source of a kernel: it ends in none of {}",
                path.display(),
                endings()
            );
        };
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let name = match stem {
            SOURCE => name(&folder)?,
            name => name.to_owned(),
        };
        Ok(Self {
            folder,
            name,
            language,
            source: path,
        })
    }

    fn in_folder(folder: PathBuf) -> Result<Self> {
        let mut found = Vec::new();
        let cargo = folder.join(CARGO);
        if cargo.is_file() {
            found.push((Language::Rust, cargo));
        }
        for language in Language::ALL {
            for ending in language.endings() {
                let source = folder.join(format!("{SOURCE}.{ending}"));
                if source.is_file() {
                    found.push((language, source));
                }
            }
        }
        match found.as_slice() {
            [(language, source)] => Ok(Self {
                name: name(&folder)?,
                language: *language,
                source: source.clone(),
                folder,
            }),
            [] => bail!(
                "there is no kernel in {}: its source is called {SOURCE} and ends in one of {}, or it is \
                 a project of cargo; `ringhost new` begins one",
                folder.display(),
                endings()
            ),
            [(_, first), (_, second), ..] => bail!(
                "there is more than one kernel in {}: name {} or {}",
                folder.display(),
                shown(first),
                shown(second)
            ),
        }
    }

    /// Where what is made of it on the way lies, and its component in the end.
    pub fn build_folder(&self) -> PathBuf {
        self.folder.join(match self.language {
            // What cargo makes is in one folder, too.
            Language::Rust => "target/ringhost",
            _ => "build",
        })
    }

    /// Where its component is put.
    pub fn component(&self) -> PathBuf {
        self.build_folder().join(format!("{}.wasm", self.name))
    }

    /// Its manifest, if it has one: what it may use.
    pub fn manifest(&self) -> Option<PathBuf> {
        let path = self.folder.join(MANIFEST);
        path.is_file().then_some(path)
    }

    /// The other source files of its language in its folder, and its main one, by name.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(crate) fn sources(&self) -> Result<Vec<PathBuf>> {
        let reading = || format!("cannot read {}", self.folder.display());
        let mut sources = Vec::new();
        for entry in self.folder.read_dir().with_context(reading)? {
            let path = entry.with_context(reading)?.path();
            let language = Language::of(&path).map(|(language, _)| language);
            if path.is_file() && language == Some(self.language) {
                sources.push(path);
            }
        }
        sources.sort();
        Ok(sources)
    }
}

/// A folder's name, as a component is called by it.
fn name(folder: &Path) -> Result<String> {
    let name = folder.file_name().and_then(OsStr::to_str);
    let name = name.with_context(|| format!("{} has no name in UTF-8", folder.display()))?;
    Ok(name.to_owned())
}

fn shown(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

fn endings() -> String {
    let endings = Language::ALL
        .iter()
        .flat_map(|language| language.endings())
        .map(|ending| format!(".{ending}"));
    endings.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let kernel = folder.path().join("counter");
        fs::create_dir(&kernel).unwrap();
        for file in files {
            fs::write(kernel.join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_with_one_kernel_is_that_kernel() {
        let folder = folder(&["kernel.c", "table.c", "README.md"]);
        let project = Project::find(&folder.path().join("counter")).unwrap();
        assert_eq!(
            (project.name.as_str(), project.language),
            ("counter", Language::C)
        );
        let sources = project.sources().unwrap();
        let names: Vec<_> = sources.iter().map(|path| shown(path)).collect();
        assert_eq!(names, ["kernel.c", "table.c"]);
    }

    #[test]
    fn a_project_of_cargo_is_one_in_rust() {
        let folder = folder(&["Cargo.toml", "kernel.toml"]);
        for path in ["counter", "counter/Cargo.toml"] {
            let project = Project::find(&folder.path().join(path)).unwrap();
            assert_eq!(project.language, Language::Rust);
            assert!(
                project
                    .component()
                    .ends_with("target/ringhost/counter.wasm")
            );
            assert!(project.manifest().is_some());
        }
    }

    #[test]
    fn a_file_is_a_kernel_by_its_own_name() {
        let folder = folder(&["echo.wat", "kernel.wat"]);
        let find = |file: &str| Project::find(&folder.path().join("counter").join(file)).unwrap();
        assert_eq!(find("echo.wat").name, "echo");
        assert_eq!(find("kernel.wat").name, "counter");
    }

    #[test]
    fn an_ending_of_two_parts_is_a_language_of_its_own() {
        let folder = folder(&["kernel.as.ts", "table.as.ts", "types.ts"]);
        let counter = folder.path().join("counter");
        let project = Project::find(&counter).unwrap();
        assert_eq!(project.language, Language::AssemblyScript);
        let sources = project.sources().unwrap();
        let names: Vec<_> = sources.iter().map(|path| shown(path)).collect();
        assert_eq!(names, ["kernel.as.ts", "table.as.ts"]);
        let table = Project::find(&counter.join("table.as.ts")).unwrap();
        assert_eq!(table.name, "table");
        let types = Project::find(&counter.join("types.ts")).unwrap();
        assert_eq!(
            (types.language, types.name.as_str()),
            (Language::TypeScript, "types")
        );
    }

    #[test]
    fn no_kernel_and_several_are_told_apart() {
        let error = |files: &[&str]| {
            let folder = folder(files);
            let error = Project::find(&folder.path().join("counter")).unwrap_err();
            error.to_string()
        };
        assert!(error(&["main.c"]).contains("there is no kernel in"));
        assert!(error(&["kernel.c", "kernel.zig"]).contains("name kernel.c or kernel.zig"));
    }
}
