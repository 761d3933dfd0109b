//! The file that the compiler begins with. It makes the contract's exports of what a kernel exports.

use crate::contract::World;
use crate::languages::state;
use anyhow::{Result, bail};
use serde::Serialize;

/// A function that a kernel's source exports.
#[derive(Debug)]
pub(super) struct Export<'a> {
    pub name: &'a str,
    /// How many parameters it has.
    pub parameters: usize,
    /// The type of what it returns, as the source has it.
    pub returns: &'a str,
}

/// An export that is to have a name that is no name in AssemblyScript.
#[derive(Debug, Serialize)]
pub(super) struct Renamed {
    /// What this file exports it as.
    export: String,
    /// What the compiler calls the function.
    function: String,
    /// What it is to be exported as.
    name: String,
}

/// What makes a kernel of one function.
struct Shape {
    name: &'static str,
    world: World,
    /// What it is called with, as the source declares it and as it is passed on.
    parameters: [&'static str; 2],
    /// The export of the contract.
    export: &'static str,
}

const SHAPES: [Shape; 3] = [
    Shape {
        name: "serve",
        world: World::Kernel,
        parameters: ["message: Message, replies: Replies", "message, replies"],
        export: "run(): usize {\n  return serving(call);",
    },
    Shape {
        name: "run",
        world: World::Kernel,
        parameters: ["", ""],
        export: "run(): usize {\n  return running(call());",
    },
    Shape {
        name: "handle",
        world: World::Handler,
        parameters: ["message: Message, replies: Replies", "message, replies"],
        export: "handle(messages: usize, count: i32): usize {\n  return handling(messages, count, call);",
    },
];

const STATE: &str = "
export function snapshot(): usize {
  return giving(kernel.snapshot());
}

export function restore(address: usize, length: usize): usize {
  return restoring(take(takeList(address, length)));
}
";

/// The text of that file for a kernel with these exports in a module of this path, and its world.
///
/// # Errors
/// If they make no kernel, or more than one.
pub(super) fn of(exports: &[Export<'_>], module: &str) -> Result<(World, String)> {
    let find = |name: &str| exports.iter().find(|export| export.name == name);
    let chosen: Vec<_> = (SHAPES.iter())
        .filter_map(|shape| Some((shape, find(shape.name)?)))
        .collect();
    let [(shape, export)] = chosen.as_slice() else {
        bail!(
            "it exports {}: a kernel exports one function, `serve(message, replies)` for a loop that \
             calls it with each message, `run()` for a loop of its own, or `handle(message, replies)` \
             for a handler",
            match chosen.len() {
                0 => "none of a kernel's functions",
                _ => "more than one of a kernel's functions",
            }
        );
    };
    check(export, shape.parameters[0])?;
    for (name, declared) in [("snapshot", ""), ("restore", "state: Uint8Array")] {
        if let Some(export) = find(name) {
            check(export, declared)?;
        }
    }
    let world = state::of(shape.world, |name| find(name).is_some())?;
    let imported = match world {
        World::Kernel => "Message, Replies, running, serving",
        World::Handler | World::StatefulHandler => "Message, Replies, giving, handling, restoring",
    };
    let [declared, passed] = shape.parameters;
    let mut text = format!(
        "import * as kernel from {module:?};\n\
         import {{ {imported} }} from \"ringhost\";\n\
         import {{ takeList }} from \"ringhost/memory\";\n\
         import \"ringhost/globals\";\n\
         export {{ cabi_realloc }} from \"ringhost/memory\";\n",
    );
    text += &call("call", declared, export, passed);
    text += &format!("\nexport function {}\n}}\n", shape.export);
    if let (World::StatefulHandler, Some(restore)) = (world, find("restore")) {
        text += &call("take", "state: Uint8Array", restore, "state");
        text += STATE;
    }
    Ok((world, text))
}

/// A function for the kernel's state, by its name in the contract.
pub(super) fn state_name(export: &str) -> Renamed {
    Renamed {
        export: export.to_owned(),
        function: format!("build/entry/{export}"),
        name: format!("ring:kernel/state@0.1.0#{export}"),
    }
}

/// What is to be added for a compute function of a source, and its name in the component.
pub(super) fn marked(function: &str, source: &str) -> (String, Renamed) {
    let export = format!("compute_{function}");
    let text = format!("export {{ {function} as {export} }} from \"../{source}\";\n");
    let renamed = Renamed {
        export,
        function: format!("{source}/{function}"),
        name: format!("compute:{function}"),
    };
    (text, renamed)
}

/// Refuses a function of other parameters, for which the compiler would name a line of this file's.
fn check(export: &Export<'_>, declared: &str) -> Result<()> {
    let expected = declared.matches(':').count();
    if export.parameters == expected {
        return Ok(());
    }
    bail!(
        "`{name}` has {} parameters and is called with {expected}: write `{name}({declared})`",
        export.parameters,
        name = export.name
    )
}

/// A function that calls one of the kernel's, which may return nothing.
fn call(name: &str, declared: &str, export: &Export<'_>, passed: &str) -> String {
    let called = format!("kernel.{}({passed});", export.name);
    let body = match export.returns {
        "void" => format!("{called}\n  return null;"),
        _ => format!("return {called}"),
    };
    format!("\nfunction {name}({declared}): string | null {{\n  {body}\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(functions: &[(&'static str, &'static str)]) -> Result<(World, String)> {
        let exports: Vec<_> = (functions.iter())
            .map(|&(name, returns)| Export {
                name,
                parameters: match name {
                    "serve" | "handle" => 2,
                    "restore" => 1,
                    _ => 0,
                },
                returns,
            })
            .collect();
        of(&exports, "../kernel.as")
    }

    #[test]
    fn a_function_that_returns_nothing_never_fails() {
        let (world, text) = entry(&[("serve", "void"), ("other", "i32")]).unwrap();
        assert_eq!(world, World::Kernel);
        let called = "  kernel.serve(message, replies);\n  return null;\n";
        assert!(text.contains(called), "{text}");
        let (_, text) = entry(&[("run", "string | null")]).unwrap();
        assert!(text.contains("  return kernel.run();\n"), "{text}");
    }

    #[test]
    fn a_handler_has_the_exports_for_its_state_if_it_has_one() {
        let (world, text) = entry(&[("handle", "void")]).unwrap();
        assert_eq!(world, World::Handler);
        assert!(!text.contains("restore("), "{text}");
        let state = [("snapshot", "string"), ("restore", "string | null")];
        let (world, text) = entry(&[("handle", "void"), state[0], state[1]]).unwrap();
        assert_eq!(world, World::StatefulHandler);
        assert!(text.contains("return kernel.restore(state);"), "{text}");
    }

    #[test]
    fn a_function_of_other_parameters_is_told_with_the_right_ones() {
        let export = Export {
            name: "serve",
            parameters: 1,
            returns: "void",
        };
        let error = of(&[export], "../kernel.as").unwrap_err().to_string();
        let expected = "write `serve(message: Message, replies: Replies)`";
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn no_function_and_several_are_told_apart() {
        let error = |functions| entry(functions).unwrap_err().to_string();
        assert!(error(&[("snapshot", "string")]).contains("none of a kernel's functions"));
        assert!(error(&[("run", "void"), ("handle", "void")]).contains("more than one"));
    }
}
