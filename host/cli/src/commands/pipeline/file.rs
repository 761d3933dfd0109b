//! The file that describes a pipeline.

use crate::exit::Wrong;
use crate::parse;
use ringhost::{KernelId, Overflow};
use serde::{Deserialize, Deserializer};
use std::fs;
use std::path::{Path, PathBuf};

/// The largest file that is read: no pipeline has so many stages.
const MAX_BYTES: u64 = 1 << 20;

/// A row of kernels.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// The file with the messages, relative to this one.
    pub input: Option<PathBuf>,
    /// The kernels, the first first.
    #[serde(default, rename = "stage")]
    pub stages: Vec<Stage>,
}

/// A kernel of the row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its id, of which there is one only.
    pub name: String,
    /// Its component, relative to this file.
    pub kernel: PathBuf,
    /// How many messages its queues hold.
    #[serde(default, deserialize_with = "queue_size")]
    pub queue_size: Option<usize>,
    /// What its full input queue does with one more message.
    pub overflow: Option<Overflow>,
}

impl Pipeline {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read or is no pipeline, with line and column where there is one.
    pub fn read(path: &Path) -> Result<Self, Wrong> {
        let name = path.display();
        let unreadable = |error| Wrong(format!("cannot read the pipeline {name}: {error}"));
        let kind = fs::metadata(path).map_err(unreadable)?;
        if kind.is_dir() {
            return Err(Wrong(format!(
                "{name} is a folder; name the .toml file of a pipeline"
            )));
        }
        if kind.len() > MAX_BYTES {
            return Err(Wrong(format!(
                "{name} has {} bytes, which is no pipeline; at most {MAX_BYTES} are read",
                kind.len()
            )));
        }
        let text = fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8(text)
            .map_err(|_| Wrong(format!("{name} is not text in UTF-8, so it is no pipeline")))?;
        Self::parse(&text).map_err(|fault| Wrong(format!("{name}{fault}")))
    }

    /// The error is to stand right behind the file's name.
    fn parse(text: &str) -> Result<Self, String> {
        let pipeline: Self = toml::from_str(text).map_err(|error| {
            let place = error.span().map(|span| place(text, span.start));
            let what = error.message().replace('\n', ", ");
            format!("{}: {what}", place.unwrap_or_default())
        })?;
        if pipeline.stages.is_empty() {
            return Err(": there is no [[stage]]; a pipeline has at least one".to_owned());
        }
        for (position, stage) in pipeline.stages.iter().enumerate() {
            let number = position + 1;
            KernelId::new(&stage.name)
                .map_err(|error| format!(": the name of stage {number} is none: {error}"))?;
            let mut before = pipeline.stages.iter().take(position);
            if let Some(other) = before.position(|before| before.name == stage.name) {
                return Err(format!(
                    ": stages {} and {number} are both named {:?}; give each a name of its own",
                    other + 1,
                    stage.name
                ));
            }
        }
        Ok(pipeline)
    }
}

/// Line and column, as in `, line 3, column 1`.
fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    format!(", line {line}, column {column}")
}

fn queue_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let size = i64::deserialize(deserializer)?;
    parse::queue_size(&size.to_string())
        .map(Some)
        .map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_read() {
        let text = "input = 'a.txt'\n[[stage]]\nname = 'a'\nkernel = 'a.wasm'\nqueue_size = 7\n\
                    overflow = 'drop-oldest'\n[[stage]]\nname = 'b'\nkernel = 'b.wasm'\n";
        let pipeline = Pipeline::parse(text).unwrap();
        assert_eq!(pipeline.input, Some("a.txt".into()));
        let [first, second] = pipeline.stages.as_slice() else {
            panic!("two stages");
        };
        assert_eq!(
            (first.queue_size, first.overflow),
            (Some(7), Some(Overflow::DropOldest))
        );
        assert_eq!((second.queue_size, second.overflow), (None, None));
    }

    #[test]
    fn what_is_no_pipeline_is_refused_with_its_place() {
        const STAGE: &str = "[[stage]]\nname = 'a'\nkernel = 'a.wasm'\n";
        for (text, fault) in [
            (String::new(), ": there is no [[stage]]"),
            ("stage = ".into(), ", line 1, column"),
            (
                format!("{STAGE}speed = 1\n"),
                ", line 4, column 1: unknown field `speed`",
            ),
            (
                "inputs = 'a'\n".into(),
                ", line 1, column 1: unknown field `inputs`",
            ),
            ("[[stage]]\nname = 'a'\n".into(), "missing field `kernel`"),
            (format!("{STAGE}queue_size = 0\n"), "a queue holds 1 to"),
            (format!("{STAGE}queue_size = -1\n"), "a queue holds 1 to"),
            (
                format!("{STAGE}overflow = 'burst'\n"),
                "unknown variant `burst`",
            ),
            (
                format!("{STAGE}{STAGE}"),
                ": stages 1 and 2 are both named \"a\"",
            ),
            (
                "[[stage]]\nname = ''\nkernel = ''".into(),
                "the name of stage 1 is none",
            ),
        ] {
            let error = Pipeline::parse(&text).unwrap_err();
            assert!(error.contains(fault), "{text}\n{error}");
        }
    }
}
