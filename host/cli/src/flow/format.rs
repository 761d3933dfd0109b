//! What a message looks like on a line: JSON by the declared type, or the bytes themselves.

use anyhow::Context;
use ringhost::message::schema::Type;
use serde_json::Value;

/// How one side of a kernel is read or printed.
#[derive(Debug, Clone)]
pub enum Format {
    /// The bytes of the line.
    Raw,
    /// JSON by this type.
    Json(Box<Type>),
}

/// JSON is longer than the payload that it stands for: a byte of a list takes up to five.
const JSON_BYTES: usize = 16;

/// What is longer is not shown inside an error message.
const SHOWN_TYPE: usize = 160;

impl Format {
    /// By the declared type, where there is one and it is wanted.
    pub fn of(declared: Option<Type>, raw: bool) -> Self {
        match declared {
            Some(declared) if !raw => Self::Json(Box::new(declared)),
            _ => Self::Raw,
        }
    }

    /// The longest line that is read for messages of at most so many bytes.
    pub fn line_limit(&self, message_limit: usize) -> usize {
        match self {
            Self::Raw => message_limit,
            Self::Json(_) => message_limit.saturating_mul(JSON_BYTES).max(1 << 20),
        }
    }

    /// The payload that a line stands for; `None` for a blank line among lines of JSON.
    ///
    /// # Errors
    /// What is wrong with it, in words, to stand after the line's number.
    pub fn read(&self, line: Vec<u8>) -> Result<Option<Vec<u8>>, String> {
        let declared = match self {
            Self::Raw => return Ok(Some(line)),
            Self::Json(_) if line.trim_ascii().is_empty() => return Ok(None),
            Self::Json(declared) => declared,
        };
        let value: Value = serde_json::from_slice(&line)
            .map_err(|error| format!("{}{}", not_json(&error), expected(declared)))?;
        match declared.encode(&value) {
            Ok(payload) => Ok(Some(payload)),
            Err(error) => Err(format!("{error}{}", expected(declared))),
        }
    }

    /// Appends a message and a line end.
    ///
    /// # Errors
    /// If the payload is not of the type that the kernel declares.
    pub fn write(&self, payload: &[u8], output: &mut Vec<u8>) -> anyhow::Result<()> {
        match self {
            Self::Raw => output.extend_from_slice(payload),
            Self::Json(declared) => {
                let value = declared.decode(payload)?;
                serde_json::to_writer(&mut *output, &value).context("cannot write JSON")?;
            }
        }
        output.push(b'\n');
        Ok(())
    }
}

/// What serde_json says, without its line, which is always the first.
fn not_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text);
    format!("column {}: not JSON: {what}", error.column())
}

fn expected(declared: &Type) -> String {
    let declared = declared.to_string();
    if declared.len() > SHOWN_TYPE {
        return String::new();
    }
    format!("; the kernel takes {declared}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost::message::schema::Member;

    fn request() -> Format {
        let field = Member {
            name: "value".into(),
            shape: Type::I64,
        };
        let record = Type::Record {
            name: "Request".into(),
            fields: vec![field],
        };
        Format::of(Some(record), false)
    }

    #[test]
    fn json_goes_in_and_comes_out() {
        let payload = request().read(b" {\"value\": 21}".into()).unwrap().unwrap();
        assert_eq!(payload, [42]);
        let mut output = Vec::new();
        request().write(&payload, &mut output).unwrap();
        assert_eq!(output, b"{\"value\":21}\n");
        assert_eq!(request().read(b" \r".into()), Ok(None));
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place_and_what_would() {
        for (line, problem) in [
            (
                "{\"value\": \"a\"}",
                "value: expected i64, found string \"a\"",
            ),
            (
                "{\"value\": 1",
                "column 11: not JSON: EOF while parsing an object",
            ),
            ("21", "expected Request { value: i64 }, found number 21"),
        ] {
            let error = request().read(line.into()).unwrap_err();
            let expected = format!("{problem}; the kernel takes Request {{ value: i64 }}");
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn bytes_are_left_as_they_are() {
        let raw = Format::of(Some(Type::I64), true);
        assert_eq!(raw.read(b"\xff\0".into()), Ok(Some(b"\xff\0".into())));
        let mut output = Vec::new();
        raw.write(b"\xff\0", &mut output).unwrap();
        assert_eq!(output, b"\xff\0\n");
    }
}
