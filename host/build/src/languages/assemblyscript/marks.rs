//! The functions that a kernel marks with `@compute`.

use anyhow::{Context, Result, bail, ensure};

/// A function that is run for each item of a launch.
#[derive(Debug)]
pub(super) struct Mark<'a> {
    pub name: &'a str,
    /// Its parameters behind the item: their names, and what the host is told of them.
    parameters: Vec<(&'a str, String)>,
}

/// The numbers that a compute function takes.
const NUMBERS: [&str; 7] = ["i32", "u32", "i64", "u64", "f32", "f64", "usize"];

/// What a buffer can hold.
const ELEMENTS: [&str; 10] = [
    "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64",
];

impl<'a> Mark<'a> {
    /// Reads `NAME EXPORTED RETURNS PARAMETER:TYPE ...`, as the source declares it.
    ///
    /// # Errors
    /// If it cannot be run for an item.
    pub(super) fn read(line: &'a str) -> Result<Self> {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let (exported, returns) = (words.next(), words.next());
        ensure!(
            exported == Some("true"),
            "`{name}` is marked with `@compute` and is not exported: write `export function {name}`"
        );
        ensure!(
            returns == Some("void"),
            "`{name}` is a compute function and returns something: what it computes it writes to \
             buffers, and it is `void`"
        );
        let mut parameters = words.map(|word| word.split_once(':').unwrap_or((word, "")));
        match parameters.next() {
            Some((_, "u32" | "i32")) => {}
            _ => bail!(
                "the first parameter of the compute function `{name}` is not its item, which is a \
                 number: write `{name}(item: u32, ...)`"
            ),
        }
        let parameters = parameters
            .map(|(parameter, kind)| {
                let told = told(kind).with_context(|| {
                    format!(
                        "`{parameter}` of the compute function `{name}` is of type `{kind}`: it takes \
                         {}, and buffers as `In<f32>`, `Out<f32>` and `InOut<f32>`",
                        NUMBERS.join(", ")
                    )
                })?;
                Ok((parameter, told))
            })
            .collect::<Result<_>>()?;
        Ok(Self { name, parameters })
    }

    /// What the section `ring:compute` says of it.
    pub(super) fn roles(&self) -> String {
        let mut line = self.name.to_owned();
        for (name, told) in &self.parameters {
            line += &format!(" {name}:{told}");
        }
        line + "\n"
    }
}

/// The role of a parameter of such a type, and what is behind it. An address without a view can be of
/// anything.
fn told(kind: &str) -> Option<String> {
    if kind == "usize" {
        return Some("inout".to_owned());
    }
    if NUMBERS.contains(&kind) {
        return Some(format!("value:{kind}"));
    }
    let (view, element) = kind.strip_suffix('>')?.split_once('<')?;
    let is_view = ["In", "Out", "InOut"].contains(&view) && ELEMENTS.contains(&element);
    is_view.then(|| format!("{}:{element}", view.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_says_what_is_done_with_a_buffer() {
        let line = "saxpy true void item:u32 a:f32 x:In<f32> y:InOut<f32> seed:u64 any:usize";
        assert_eq!(
            Mark::read(line).unwrap().roles(),
            "saxpy a:value:f32 x:in:f32 y:inout:f32 seed:value:u64 any:inout\n"
        );
    }

    #[test]
    fn what_cannot_be_run_for_an_item_is_told_with_the_way_out() {
        for (line, told) in [
            ("f false void item:u32", "write `export function f`"),
            ("f true i32 item:u32", "it is `void`"),
            ("f true void", "write `f(item: u32, ...)`"),
            ("f true void x:f32", "write `f(item: u32, ...)`"),
            (
                "f true void item:u32 x:Float32Array",
                "`x` of the compute function `f` is of type `Float32Array`",
            ),
            ("f true void item:u32 x:In<bool>", "of type `In<bool>`"),
        ] {
            let error = Mark::read(line).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
