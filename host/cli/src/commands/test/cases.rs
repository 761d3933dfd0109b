//! What a kernel is to answer: `cases.toml`.

use crate::exit::Wrong;
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// The file's name, beside the kernel's source.
pub const FILE: &str = "cases.toml";

/// All cases of a kernel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// At least one.
    pub case: Vec<Case>,
}

/// What a new kernel is sent, and what it is to answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The messages, written as the lines of `ringhost run`'s input.
    #[serde(default)]
    pub send: Vec<String>,
    /// All that it answers until its input has ended, in the same form.
    #[serde(default)]
    pub expect: Vec<String>,
    /// Words of the error that it ends with, if it is to fail.
    pub fails: Option<String>,
}

impl Cases {
    /// # Errors
    /// If there are none, or they are not written as they should be.
    pub fn read(folder: &Path) -> Result<Self, Wrong> {
        let path = folder.join(FILE);
        let shown = path.display();
        let text = fs::read_to_string(&path).map_err(|error| {
            Wrong(format!(
                "cannot read {shown}: {error}; it lists what the kernel is to answer, each as\n\
                 [[case]]\nname = \"what it shows\"\nsend = [\"a message\"]\nexpect = [\"an answer\"]"
            ))
        })?;
        let cases: Self =
            toml::from_str(&text).map_err(|error| Wrong(format!("{shown}: {error}")))?;
        if cases.case.is_empty() {
            return Err(Wrong(format!("{shown} has no case")));
        }
        Ok(cases)
    }
}
