//! Python: CPython, which componentize-py puts into the component with the kernel.

mod lists;

use super::{Made, state, write};
use crate::contract::{self, World};
use crate::messages;
use crate::prebuilt::Prebuilt;
use crate::project::Project;
use anyhow::{Context, Result, anyhow, bail};
use ringhost_toolchain::process::told;
use ringhost_toolchain::pypi::Packages;
use std::fs;
use std::path::Path;
use std::process::Command;

/// componentize-py.
pub const TOOLS: Packages<'_> = Packages {
    name: "componentize-py",
    requirements: "componentize-py==0.25.1\n",
    what: "Python as a component (50 MB, once)",
};

const SDK: [(&str, &str); 11] = [
    (
        "ringhost/_snapshot.py",
        include_str!("../../../../../guest-sdk/python/ringhost/_snapshot.py"),
    ),
    (
        "ringhost/_missing.py",
        include_str!("../../../../../guest-sdk/python/ringhost/_missing.py"),
    ),
    (
        "ringhost/compute.py",
        include_str!("../../../../../guest-sdk/python/ringhost/compute.py"),
    ),
    (
        "ringhost/__init__.py",
        include_str!("../../../../../guest-sdk/python/ringhost/__init__.py"),
    ),
    (
        "entry_loop.py",
        include_str!("../../../../../guest-sdk/python/ringhost/entry_loop.py"),
    ),
    (
        "entry_handler.py",
        include_str!("../../../../../guest-sdk/python/ringhost/entry_handler.py"),
    ),
    (
        "ringhost/typed/__init__.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/__init__.py"),
    ),
    (
        "ringhost/typed/_named.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_named.py"),
    ),
    (
        "ringhost/typed/_parts.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_parts.py"),
    ),
    (
        "ringhost/typed/_reader.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_reader.py"),
    ),
    (
        "ringhost/typed/_scalars.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_scalars.py"),
    ),
];

/// Prints the names of a file's own functions. Its errors name the line.
const FUNCTIONS: &str = "\
import ast, sys, traceback
try:
    with open(sys.argv[1], 'rb') as file:
        tree = ast.parse(file.read(), sys.argv[1])
except (SyntaxError, ValueError) as error:
    sys.exit(''.join(traceback.format_exception_only(error)).rstrip())
print(*[part.name for part in tree.body if isinstance(part, ast.FunctionDef)])
";

/// Prints the modules that files import, of ringhost's those that are in it.
const IMPORTS: &str = "\
import ast, sys
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        tree = ast.parse(file.read(), path)
    for part in ast.walk(tree):
        if isinstance(part, ast.Import):
            print(*[name.name for name in part.names])
        elif isinstance(part, ast.ImportFrom):
            print(part.module, *[f'{part.module}.{name.name}' for name in part.names])
";

pub(super) fn build(project: &Project, prebuilt: Option<&Prebuilt>) -> Result<Made> {
    let tools = TOOLS.find_or_fetch()?;
    let folder = project.build_folder();
    for (name, text) in SDK {
        write(&folder.join("sdk").join(name), text)?;
    }
    // What it is in JSON it is in Python.
    let parameters = prebuilt.map_or("{}".to_owned(), Prebuilt::parameters);
    write(
        &folder.join("sdk/ringhost/_functions.py"),
        &format!("FUNCTIONS = {parameters}\n"),
    )?;
    write(&folder.join("wit/ring-kernel.wit"), contract::TEXT)?;
    let functions = told(
        Command::new("python3")
            .args(["-c", FUNCTIONS])
            .arg(&project.source),
    )?;
    let functions: Vec<_> = functions.split_whitespace().collect();
    let is_loop = functions.contains(&"serve") || functions.contains(&"run");
    let (world, entry) = match (is_loop, functions.contains(&"handle")) {
        (true, false) => (World::Kernel, "entry_loop"),
        (false, true) => (World::Handler, "entry_handler"),
        (true, true) => bail!("it is both a loop and a handler: keep `handle`, or the other"),
        (false, false) => bail!(
            "it has none of a kernel's functions: `serve(message)` for a loop that calls it with \
             each message, `run()` for a loop of its own, or `handle(message)` for a handler"
        ),
    };
    let world = state::of(world, |name| functions.contains(&name))?;
    // Apart, for Python leaves what it has compiled beside what it imports.
    let kernel = folder.join("kernel");
    for source in project.sources()? {
        let name = source.file_name().unwrap_or_default();
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        write(&kernel.join(name), &text)?;
    }
    let imports = told(
        Command::new("python3")
            .args(["-c", IMPORTS])
            .args(project.sources()?),
    )?;
    let computes = imports
        .split_whitespace()
        .any(|module| module == "ringhost.compute");
    // What a component imports must be granted to its kernel, so it imports no more than it uses.
    let world = if prebuilt.is_some() || computes {
        world.name_with_compute()
    } else {
        world.name()
    };
    let messages = messages::folder(project);
    let messages = messages
        .iter()
        .flat_map(|folder| [Path::new("--python-path"), folder.as_path()]);
    let component = folder.join("component.wasm");
    told(
        Command::new(tools.join("bin/componentize-py"))
            .env("PYTHONPATH", &tools)
            // Its own calls are of no use to the kernel's author.
            .env("RUST_BACKTRACE", "0")
            .current_dir(&project.folder)
            .arg("--wit-path")
            .arg(folder.join("wit"))
            .args(["--world", world, "componentize", entry, "--stub-wasi"])
            .arg("--python-path")
            .arg(folder.join("sdk"))
            .arg("--python-path")
            .arg(&kernel)
            .args(messages)
            .arg("--output")
            .arg(&component),
    )
    .map_err(|error| anyhow!("{}", explained(&error.to_string())))?;
    let read = || format!("cannot read {}", component.display());
    let made = fs::read(&component).with_context(read)?;
    let freed =
        lists::freed(&made).context("componentize-py made a component that is not known")?;
    Ok(Made::Component(freed))
}

/// What componentize-py says of a kernel that cannot be imported, without what is its own.
fn explained(words: &str) -> String {
    let Some((_, error)) = words.rsplit_once("AssertionError: ") else {
        return words.to_owned();
    };
    let (error, _) = error.split_once("Caused by:").unwrap_or((error, ""));
    let mut words = error.trim_end().replace("File \"/1/", "File \"");
    if words.contains("ModuleNotFoundError") {
        words += "\na kernel has Python's standard library and the files *.py beside it, and no other packages";
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, SDK, explained};
    use std::fs;
    use std::process::{Command, Output};

    fn python(arguments: &[&str]) -> Output {
        Command::new("python3").args(arguments).output().unwrap()
    }

    #[test]
    fn a_source_may_begin_with_a_mark_of_its_encoding_and_end_its_lines_with_two_letters() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kernel.py");
        fs::write(&path, "\u{feff}def serve(message):\r\n    pass\r\n").unwrap();
        let told = python(&["-c", FUNCTIONS, path.to_str().unwrap()]);
        assert_eq!(String::from_utf8_lossy(&told.stdout).trim_end(), "serve");
    }

    #[test]
    fn what_is_no_python_is_told_with_its_line_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kernel.py");
        fs::write(&path, "def serve(message)\n").unwrap();
        let told = python(&["-c", FUNCTIONS, path.to_str().unwrap()]);
        let words = String::from_utf8(told.stderr).unwrap();
        assert!(words.contains("kernel.py\", line 1"), "{words}");
        assert!(words.contains("SyntaxError: expected ':'"), "{words}");
        assert!(!words.contains("Traceback"), "{words}");
    }

    /// The SDK's own module, in a Python that has all that a kernel has not.
    #[test]
    fn what_a_kernel_does_not_have_says_so_once_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let missing = SDK.iter().find(|(name, _)| name.ends_with("_missing.py"));
        let path = folder.path().join("missing.py");
        fs::write(&path, missing.unwrap().1).unwrap();
        let script = "\
import os, socket, time, missing
calls = [time.time, time.ctime, lambda: time.sleep(0), lambda: open(os.devnull), lambda: os.listdir('.'),
         lambda: os.stat('.'), lambda: os.urandom(1), lambda: socket.socket(), input]
calls[0](); calls[3]().close(); calls[5]()
missing.begin()
for call in calls:
    try: call()
    except OSError as error: assert 'a kernel in Python has no' in str(error), error
    else: raise AssertionError(call)
assert time.gmtime(0).tm_year == 1970 and not os.path.exists('.')
os.environ['A'] = 'b'
";
        let output = Command::new("python3")
            .args(["-c", script])
            .env("PYTHONPATH", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    #[test]
    fn what_cannot_be_imported_is_told_in_the_authors_file() {
        let words = "Traceback (most recent call last):\n  File \"/cache/componentize-py\", line 8\n\
                     AssertionError: Traceback (most recent call last):\n  File \"/1/kernel.py\", \
                     line 1, in <module>\nModuleNotFoundError: No module named 'numpy'\n\n\nCaused by:\n  x";
        let told = explained(words);
        assert!(told.contains("File \"kernel.py\", line 1"), "{told}");
        assert!(told.contains("no other packages"), "{told}");
        assert!(
            !told.contains("componentize-py") && !told.contains("Caused by"),
            "{told}"
        );
        assert_eq!(explained("something else"), "something else");
    }
}
