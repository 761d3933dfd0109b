//! What can be wrong with a JSON value.

use serde_json::Value;

use crate::show::brief;
use crate::{Path, Step, Type};

/// A JSON value that is not of the declared type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .path.prefix())]
pub struct EncodeError {
    /// Where in the value it is.
    pub path: Path,
    /// What is wrong there.
    pub problem: EncodeProblem,
}

/// What can be wrong with a JSON value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeProblem {
    /// Another kind of value than the type has.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// The declared type.
        expected: String,
        /// The value, cut short.
        found: String,
    },
    /// A number that the type cannot hold.
    #[error("{found} is out of range for {expected}")]
    OutOfRange {
        /// The declared type.
        expected: String,
        /// The number.
        found: String,
    },
    /// A field that the record does not have.
    #[error("unknown field {found:?}; {}", list("fields", .known))]
    UnknownField {
        /// The name in the JSON.
        found: String,
        /// The names of all fields.
        known: Vec<String>,
    },
    /// A field that the record has and the object has not.
    #[error("the field `{}` is missing", .field.escape_debug())]
    MissingField {
        /// Its name.
        field: String,
    },
    /// A case that the variant does not have.
    #[error("unknown case {found:?}; {}", list("cases", .known))]
    UnknownCase {
        /// The name in the JSON.
        found: String,
        /// The names of all cases.
        known: Vec<String>,
    },
}

impl EncodeError {
    pub(super) fn within(mut self, step: Step) -> Self {
        self.path.enter(step);
        self
    }
}

pub(super) fn problem(problem: EncodeProblem) -> EncodeError {
    EncodeError {
        path: Path::default(),
        problem,
    }
}

pub(super) fn mismatch(declared: &Type, value: &Value) -> EncodeError {
    let expected = match declared {
        Type::U128 | Type::I128 => format!("{declared} (beyond 64 bits as a string of digits)"),
        Type::Char => "char (a string of one character)".to_string(),
        Type::Unit => "null".to_string(),
        Type::Bytes => "bytes (an array of numbers)".to_string(),
        other => brief(&other.to_string()),
    };
    let found = match value {
        Value::Null => "null".to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => format!("number {number}"),
        Value::String(text) => format!("string {:?}", brief(text)),
        Value::Array(values) => format!("an array of {}", values.len()),
        Value::Object(_) => "an object".to_string(),
    };
    problem(EncodeProblem::Mismatch { expected, found })
}

/// As in ``the fields are `a`, `b` ``.
fn list(kind: &str, names: &[String]) -> String {
    if names.is_empty() {
        return format!("there are no {kind}");
    }
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("`{}`", name.escape_debug()))
        .collect();
    format!("the {kind} are {}", names.join(", "))
}
