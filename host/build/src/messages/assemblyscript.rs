//! `messages.ts` for AssemblyScript: a class for each record and case, and functions that read and
//! write them.

use super::definitions::{Definition, takes_bytes};
use super::words::escaped;
use anyhow::{Result, ensure};
use ringhost_schema::{Member, Type};
use std::collections::HashMap;

/// Words of the language, and what the classes and this file have names for.
const KEPT: &[&str] = &[
    "abstract",
    "any",
    "as",
    "async",
    "await",
    "bool",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "constructor",
    "continue",
    "declare",
    "decode",
    "default",
    "delete",
    "do",
    "else",
    "encode",
    "enum",
    "export",
    "extends",
    "f32",
    "f64",
    "false",
    "finally",
    "for",
    "function",
    "get",
    "i16",
    "i32",
    "i64",
    "i8",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "isize",
    "let",
    "Map",
    "Message",
    "module",
    "namespace",
    "new",
    "null",
    "of",
    "operator",
    "package",
    "private",
    "protected",
    "public",
    "readonly",
    "return",
    "set",
    "static",
    "string",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typed",
    "typeof",
    "u16",
    "u32",
    "u64",
    "u8",
    "Uint8Array",
    "usize",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

pub(super) fn write(definitions: &[Definition<'_>]) -> Result<String> {
    let mut file = File::default();
    for Definition { name, shape } in definitions {
        file.define(&escaped(name, KEPT), name, shape)?;
    }
    Ok(format!(
        "// Made from messages.json by `ringhost build`.\n\nimport {{ Message }} from \
         \"ringhost\";\nimport * as typed from \"ringhost/typed\";\n{}",
        file.text
    ))
}

/// What is written so far, and the functions that are there for types without a name.
#[derive(Default)]
struct File {
    text: String,
    made: HashMap<String, String>,
}

impl File {
    fn define(&mut self, class: &str, name: &str, shape: &Type) -> Result<()> {
        let codec = format!(
            "  static decode(message: Message): {class} | null {{\n    return \
             typed.decode<{class}>(message, {name:?}, read{class});\n  }}\n\n  encode(): Uint8Array {{\n    \
             const to = new typed.Writer();\n    write{class}(to, this);\n    return to.done();\n  }}\n"
        );
        match shape {
            Type::Record { fields, .. } => {
                let fields = members(fields);
                self.class(class, "", &fields, &codec)
            }
            Type::Variant { cases, .. } => self.variant(class, name, cases, &codec),
            other => {
                let fields = [("value".to_owned(), String::new(), other)];
                self.class(class, "", &fields, &codec)
            }
        }
    }

    /// A class, and the functions that read and write it. A field without a step is the value itself.
    fn class(&mut self, class: &str, base: &str, fields: &[Field<'_>], codec: &str) -> Result<()> {
        let (mut parameters, mut reads, mut writes) = (String::new(), String::new(), String::new());
        for (field, step, shape) in fields {
            let (kind, default) = (spelled(shape)?, initial(shape)?);
            parameters.push_str(&format!("    public {field}: {kind} = {default},\n"));
            let function = self.function(shape)?;
            let read = format!("  value.{field} = read{function}(from);\n");
            reads.push_str(&match step.as_str() {
                "" => read,
                step => format!("  from.enter({step:?});\n{read}  from.leave();\n"),
            });
            writes.push_str(&format!("  write{function}(to, value.{field});\n"));
        }
        let (extends, call) = match base {
            "" => (String::new(), ""),
            base => (format!(" extends {base}"), "\n    super();\n  "),
        };
        let parameters = match parameters.is_empty() {
            true => String::new(),
            false => format!("\n{parameters}  "),
        };
        self.text.push_str(&format!(
            "\nexport class {class}{extends} {{\n  constructor({parameters}) {{{call}}}\n\n{codec}}}\n\n\
             function read{class}(from: typed.Reader): {class} {{\n  const value = new \
             {class}();\n{reads}  return value;\n}}\n\nfunction write{class}(to: typed.Writer, value: \
             {class}): void {{\n{writes}}}\n"
        ));
        Ok(())
    }

    fn variant(&mut self, class: &str, name: &str, cases: &[Member], codec: &str) -> Result<()> {
        self.text
            .push_str(&format!("\nexport class {class} {{\n{codec}}}\n"));
        let (mut reads, mut writes) = (String::new(), String::new());
        for (number, case) in cases.iter().enumerate() {
            let one = format!("{class}{}", case.name);
            let fields = match &case.shape {
                Type::Unit => Vec::new(),
                // The case's own fields, as in the source of most languages.
                Type::Record { name, fields } if *name == case.name => members(fields),
                shape => vec![("value".to_owned(), String::new(), shape)],
            };
            self.class(&one, class, &fields, "")?;
            reads.push_str(&format!(
                "    case {number}:\n      from.enter(\".{}\");\n      value = read{one}(from);\n      \
                 break;\n",
                case.name
            ));
            writes.push_str(&format!(
                "  if (value instanceof {one}) {{\n    to.varint({number});\n    write{one}(to, \
                 <{one}>value);\n    return;\n  }}\n"
            ));
        }
        self.text.push_str(&format!(
            "\nfunction read{class}(from: typed.Reader): {class} {{\n  let value = new {class}();\n  \
             const tag = from.tag({name:?}, {});\n  if (from.fault !== null) {{\n    return \
             value;\n  }}\n  switch (tag) {{\n{reads}  }}\n  from.leave();\n  return \
             value;\n}}\n\nfunction write{class}(to: typed.Writer, value: {class}): void {{\n{writes}  throw \
             new Error(\"the value is no case of {name}\");\n}}\n",
            cases.len()
        ));
        Ok(())
    }

    /// What the functions for a type are called behind `read` and `write`.
    fn function(&mut self, shape: &Type) -> Result<String> {
        if let Type::Record { name, .. } | Type::Variant { name, .. } = shape {
            return Ok(escaped(name, KEPT));
        }
        let key = shape.to_string();
        if let Some(name) = self.made.get(&key) {
            return Ok(name.clone());
        }
        let kind = spelled(shape)?;
        let (read, written) = match shape {
            Type::Option(inner) => {
                let one = self.function(inner)?;
                let (made, value) = match is_reference(inner) {
                    true => (format!("read{one}(from)"), "value".to_owned()),
                    false => (
                        format!("new typed.Some<{}>(read{one}(from))", spelled(inner)?),
                        "value.value".to_owned(),
                    ),
                };
                (
                    format!("from.flag(\"option\") ? {made} : null"),
                    format!(
                        "to.bool(value !== null);\n  if (value !== null) {{\n    write{one}(to, \
                         {value});\n  }}"
                    ),
                )
            }
            Type::List(element) => {
                let (one, of) = (self.function(element)?, spelled(element)?);
                let empty = !takes_bytes(element);
                (
                    format!("typed.readList<{of}>(from, read{one}, {empty})"),
                    format!("typed.writeList<{of}>(to, value, write{one});"),
                )
            }
            Type::Map { key, value } => {
                let (one, other) = (self.function(key)?, self.function(value)?);
                let of = format!("{}, {}", spelled(key)?, spelled(value)?);
                let empty = !takes_bytes(key) && !takes_bytes(value);
                (
                    format!("typed.readMap<{of}>(from, read{one}, read{other}, {empty})"),
                    format!("typed.writeMap<{of}>(to, value, write{one}, write{other});"),
                )
            }
            Type::Tuple(parts) => {
                let fields: Vec<_> = parts
                    .iter()
                    .enumerate()
                    .map(|(at, part)| (format!("_{at}"), format!("[{at}]"), part))
                    .collect();
                self.class(&kind, "", &fields, "")?;
                self.made.insert(key, kind.clone());
                return Ok(kind);
            }
            scalar => (format!("from.{scalar}()"), format!("to.{scalar}(value);")),
        };
        let name = format!("_{}", self.made.len());
        self.text.push_str(&format!(
            "\n// {key}\nfunction read{name}(from: typed.Reader): {kind} {{\n  return \
             {read};\n}}\nfunction write{name}(to: typed.Writer, value: {kind}): void {{\n  \
             {written}\n}}\n"
        ));
        self.made.insert(key, name.clone());
        Ok(name)
    }
}

/// A field: its name, the step to it in an error's path, and its type.
type Field<'a> = (String, String, &'a Type);

fn members(members: &[Member]) -> Vec<Field<'_>> {
    members.iter().map(field).collect()
}

fn field(member: &Member) -> Field<'_> {
    let step = format!(".{}", member.name);
    (escaped(&member.name, KEPT), step, &member.shape)
}

/// A type as AssemblyScript spells it.
fn spelled(shape: &Type) -> Result<String> {
    ensure!(
        !matches!(shape, Type::U128 | Type::I128),
        "AssemblyScript has no integers of 128 bits, and the declaration has an {shape}: take u64 or \
         bytes"
    );
    Ok(match shape {
        Type::Char => "i32".into(),
        Type::Bytes => "Uint8Array".into(),
        Type::Unit => "bool".into(),
        Type::Option(inner) if is_reference(inner) => format!("{} | null", spelled(inner)?),
        Type::Option(inner) => format!("typed.Some<{}> | null", spelled(inner)?),
        Type::List(element) => format!("Array<{}>", spelled(element)?),
        Type::Map { key, value } => format!("Map<{}, {}>", spelled(key)?, spelled(value)?),
        Type::Tuple(parts) => format!("Tuple{}", parts.iter().map(part).collect::<String>()),
        Type::Record { name, .. } | Type::Variant { name, .. } => escaped(name, KEPT),
        scalar => scalar.to_string(),
    })
}

/// What a part adds to the name of its tuple.
fn part(shape: &Type) -> String {
    let letters = |letter: char| letter.is_ascii_alphanumeric();
    let shown = shape.to_string();
    let words = shown.split(|letter| !letters(letter));
    let capital = |word: &str| {
        let mut rest = word.chars();
        let first = rest.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(rest).collect::<String>()
    };
    words.map(capital).collect()
}

/// Whether its values are objects, of which there can be none.
fn is_reference(shape: &Type) -> bool {
    matches!(
        shape,
        Type::String
            | Type::Bytes
            | Type::List(_)
            | Type::Map { .. }
            | Type::Tuple(_)
            | Type::Record { .. }
            | Type::Variant { .. }
    )
}

/// What a field holds that nothing was put into.
fn initial(shape: &Type) -> Result<String> {
    Ok(match shape {
        Type::Bool | Type::Unit => "false".into(),
        Type::String => "\"\"".into(),
        Type::Bytes => "new Uint8Array(0)".into(),
        Type::Option(_) => "null".into(),
        Type::Variant { name, cases } => {
            let first = cases.first().map_or("", |first| first.name.as_str());
            format!("new {}{first}()", escaped(name, KEPT))
        }
        Type::List(_) | Type::Map { .. } | Type::Tuple(_) | Type::Record { .. } => {
            format!("new {}()", spelled(shape)?)
        }
        _ => "0".into(),
    })
}
