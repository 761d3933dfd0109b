//! Types as people read them: `Query = Edges(list<(u32, u32)>) | Rank { top: u32 }`.

use std::fmt::{self, Display, Formatter};

use super::{Member, Messages, Type};

impl Display for Type {
    /// On one line. Names are escaped, since they come from strangers and go to terminals.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => formatter.write_str("bool"),
            Self::U8 => formatter.write_str("u8"),
            Self::U16 => formatter.write_str("u16"),
            Self::U32 => formatter.write_str("u32"),
            Self::U64 => formatter.write_str("u64"),
            Self::U128 => formatter.write_str("u128"),
            Self::I8 => formatter.write_str("i8"),
            Self::I16 => formatter.write_str("i16"),
            Self::I32 => formatter.write_str("i32"),
            Self::I64 => formatter.write_str("i64"),
            Self::I128 => formatter.write_str("i128"),
            Self::F32 => formatter.write_str("f32"),
            Self::F64 => formatter.write_str("f64"),
            Self::Char => formatter.write_str("char"),
            Self::String => formatter.write_str("string"),
            Self::Bytes => formatter.write_str("bytes"),
            Self::Unit => formatter.write_str("unit"),
            Self::Option(inner) => write!(formatter, "option<{}>", Nested(inner)),
            Self::List(inner) => write!(formatter, "list<{}>", Nested(inner)),
            Self::Map { key, value } => {
                write!(formatter, "map<{}, {}>", Nested(key), Nested(value))
            }
            Self::Tuple(parts) => tuple(parts, formatter),
            Self::Record { name, fields } if name.is_empty() => braces(fields, formatter),
            Self::Record { name, fields } => {
                write!(formatter, "{} ", name.escape_debug())?;
                braces(fields, formatter)
            }
            Self::Variant { name, cases } => variant(name, cases, formatter),
        }
    }
}

impl Display for Messages {
    /// As in `Request { value: i64 } -> Answer { doubled: i64 }`.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let show = |declared: &Option<Type>| {
            declared
                .as_ref()
                .map_or_else(|| "plain bytes".to_string(), |one| Nested(one).to_string())
        };
        write!(formatter, "{} -> {}", show(&self.input), show(&self.output))
    }
}

/// A type inside another: a variant is put in parentheses, to show where it ends.
struct Nested<'a>(&'a Type);

impl Display for Nested<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Variant { .. } => write!(formatter, "({})", self.0),
            other => other.fmt(formatter),
        }
    }
}

/// `items`, with what `show` writes of each and commas between.
fn join<T>(
    items: &[T],
    formatter: &mut Formatter<'_>,
    show: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            formatter.write_str(", ")?;
        }
        show(item, formatter)?;
    }
    Ok(())
}

/// `(A, B)`, and `(A,)` as Rust writes a tuple of one.
fn tuple(parts: &[Type], formatter: &mut Formatter<'_>) -> fmt::Result {
    formatter.write_str("(")?;
    join(parts, formatter, |part, formatter| {
        Nested(part).fmt(formatter)
    })?;
    formatter.write_str(if parts.len() == 1 { ",)" } else { ")" })
}

/// `{ a: A, b: B }`
fn braces(fields: &[Member], formatter: &mut Formatter<'_>) -> fmt::Result {
    if fields.is_empty() {
        return formatter.write_str("{}");
    }
    formatter.write_str("{ ")?;
    join(fields, formatter, |field, formatter| {
        write!(
            formatter,
            "{}: {}",
            field.name.escape_debug(),
            Nested(&field.shape)
        )
    })?;
    formatter.write_str(" }")
}

/// `Name = A | B(u8) | C { d: u8 }`
fn variant(name: &str, cases: &[Member], formatter: &mut Formatter<'_>) -> fmt::Result {
    if !name.is_empty() {
        write!(formatter, "{} = ", name.escape_debug())?;
    }
    if cases.is_empty() {
        return formatter.write_str("never");
    }
    for (position, case) in cases.iter().enumerate() {
        if position > 0 {
            formatter.write_str(" | ")?;
        }
        write!(formatter, "{}", case.name.escape_debug())?;
        match &case.shape {
            Type::Unit => {}
            // A tuple brings its own parentheses.
            Type::Tuple(parts) => tuple(parts, formatter)?,
            Type::Record { fields, .. } => {
                formatter.write_str(" ")?;
                braces(fields, formatter)?;
            }
            one => write!(formatter, "({one})")?,
        }
    }
    Ok(())
}

/// `text`, cut to what an error message has room for.
pub(super) fn brief(text: &str) -> String {
    const ROOM: usize = 80;
    match text.char_indices().nth(ROOM) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_string() + "..",
        None => text.to_string(),
    }
}
