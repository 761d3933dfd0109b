//! `messages.js` and its types in TypeScript: plain objects, and for each type that has a name what
//! reads and writes them.

use super::definitions::Definition;
use super::words::escaped;
use ringhost_schema::{Member, Type};

/// The keywords of JavaScript and TypeScript, and the types that these files use. What is in an object
/// can have any name.
const KEPT: &[&str] = &[
    "any",
    "arguments",
    "await",
    "bigint",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "never",
    "new",
    "null",
    "number",
    "object",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "string",
    "super",
    "switch",
    "symbol",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "unknown",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "typed",
];

/// What the declarations in TypeScript use beside.
const USED: &[&str] = &["Map", "Type", "Uint8Array"];

pub(super) fn write(definitions: &[Definition<'_>]) -> String {
    let mut text = String::from(
        "// Made from messages.json by `ringhost build`.\n\nimport * as typed from \
         \"ringhost/typed\";\n",
    );
    for Definition { name, shape } in definitions {
        let constant = escaped_type(name);
        let made = match shape {
            Type::Record { fields, .. } => {
                format!("typed.record({name:?}, {})", members(fields))
            }
            Type::Variant { cases, .. } => format!("typed.variant({name:?}, {})", members(cases)),
            other => format!("{}.called({name:?})", wire(other)),
        };
        text.push_str(&format!("\nexport const {constant} = {made};\n"));
    }
    text
}

pub(super) fn write_types(definitions: &[Definition<'_>]) -> String {
    let mut text = String::from(
        "// Made from messages.json by `ringhost build`.\n\nimport type { Type } from \
         \"ringhost\";\n",
    );
    for Definition { name, shape } in definitions {
        let name = escaped_type(name);
        let declared = match shape {
            Type::Record { fields, .. } => {
                let fields = fields
                    .iter()
                    .map(|field| format!("  {}: {};\n", field.name, hint(&field.shape)));
                format!("interface {name} {{\n{}}}\n", fields.collect::<String>())
            }
            Type::Variant { cases, .. } => {
                let cases = cases.iter().map(|case| match &case.shape {
                    Type::Unit => format!("\n  | {{ tag: {:?} }}", case.name),
                    one => format!("\n  | {{ tag: {:?}; value: {} }}", case.name, hint(one)),
                });
                format!("type {name} ={};\n", cases.collect::<String>())
            }
            other => format!("type {name} = {};\n", hint(other)),
        };
        text.push_str(&format!(
            "\nexport {declared}export const {name}: Type<{name}>;\n"
        ));
    }
    text
}

fn escaped_type(name: &str) -> String {
    match USED.contains(&name.trim_end_matches('_')) {
        true => format!("{name}_"),
        false => escaped(name, KEPT),
    }
}

fn members(members: &[Member]) -> String {
    if members.is_empty() {
        return "{}".into();
    }
    let members = members
        .iter()
        .map(|member| format!("  {}: {},\n", member.name, wire(&member.shape)));
    format!("{{\n{}}}", members.collect::<String>())
}

/// What a value is in TypeScript.
fn hint(shape: &Type) -> String {
    match shape {
        Type::Bool => "boolean".into(),
        Type::U64 | Type::U128 | Type::I64 | Type::I128 => "bigint".into(),
        Type::Char | Type::String => "string".into(),
        Type::Bytes => "Uint8Array".into(),
        Type::Unit => "null".into(),
        Type::Option(inner) if matches!(**inner, Type::Unit | Type::Option(_)) => {
            format!("{{ value: {} }} | null", hint(inner))
        }
        Type::Option(inner) => format!("{} | null", hint(inner)),
        Type::List(element) => match hint(element) {
            union if union.contains(" | ") => format!("({union})[]"),
            one => format!("{one}[]"),
        },
        Type::Tuple(parts) => format!("[{}]", joined(parts, hint)),
        Type::Map { key, value } => format!("Map<{}, {}>", hint(key), hint(value)),
        Type::Record { name, .. } | Type::Variant { name, .. } => escaped_type(name),
        _ => "number".into(),
    }
}

/// What describes it to the SDK.
fn wire(shape: &Type) -> String {
    match shape {
        Type::Option(inner) => format!("typed.option({})", wire(inner)),
        Type::List(element) => format!("typed.list({})", wire(element)),
        Type::Tuple(parts) => format!("typed.tuple({})", joined(parts, wire)),
        Type::Map { key, value } => format!("typed.map({}, {})", wire(key), wire(value)),
        Type::Record { name, .. } | Type::Variant { name, .. } => escaped_type(name),
        scalar => format!("typed.{scalar}"),
    }
}

fn joined(parts: &[Type], part: fn(&Type) -> String) -> String {
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}
