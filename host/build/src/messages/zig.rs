//! `messages.zig`: structs and unions, which the SDK reads and writes by what they are made of.

use super::definitions::Definition;
use super::words::escaped;
use ringhost_schema::{Member, Type};

/// Zig's keywords, and the names of its own types.
const KEPT: &[&str] = &[
    "addrspace",
    "align",
    "allowzero",
    "and",
    "anyerror",
    "anyframe",
    "anyopaque",
    "anytype",
    "asm",
    "async",
    "await",
    "bool",
    "break",
    "callconv",
    "catch",
    "comptime",
    "const",
    "continue",
    "defer",
    "else",
    "enum",
    "errdefer",
    "error",
    "export",
    "extern",
    "false",
    "fn",
    "for",
    "if",
    "inline",
    "isize",
    "linksection",
    "noalias",
    "noinline",
    "noreturn",
    "nosuspend",
    "null",
    "opaque",
    "or",
    "orelse",
    "packed",
    "pub",
    "resume",
    "return",
    "struct",
    "suspend",
    "switch",
    "test",
    "threadlocal",
    "true",
    "try",
    "type",
    "undefined",
    "union",
    "unreachable",
    "usize",
    "usingnamespace",
    "var",
    "void",
    "volatile",
    "while",
    "f16",
];

pub(super) fn write(definitions: &[Definition<'_>]) -> String {
    let mut text = String::from(
        "//! Made from messages.json by `ringhost build`.\n\nconst ringhost = @import(\"ringhost\");\n",
    );
    for Definition { name, shape } in definitions {
        let body = match shape {
            Type::Record { fields, .. } => {
                let fields = fields.iter().map(|field| {
                    format!(
                        "    {}: {},\n",
                        identifier(&field.name),
                        spelled(&field.shape)
                    )
                });
                format!("struct {{\n{}}}", fields.collect::<String>())
            }
            Type::Variant { cases, .. } => {
                format!(
                    "union(enum) {{\n{}}}",
                    cases.iter().map(case).collect::<String>()
                )
            }
            other => spelled(other),
        };
        text.push_str(&format!("\npub const {} = {body};\n", type_name(name)));
    }
    text
}

fn case(case: &Member) -> String {
    let name = identifier(&case.name);
    match &case.shape {
        Type::Unit => format!("    {name},\n"),
        one => format!("    {name}: {},\n", spelled(one)),
    }
}

/// A type as Zig spells it.
fn spelled(shape: &Type) -> String {
    match shape {
        Type::Char => "ringhost.typed.Char".into(),
        Type::String => "[]const u8".into(),
        Type::Bytes => "ringhost.typed.Bytes".into(),
        Type::Unit => "void".into(),
        Type::Option(inner) => format!("?{}", spelled(inner)),
        Type::List(element) => format!("[]const {}", spelled(element)),
        Type::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(spelled).collect();
            format!("struct {{ {} }}", parts.join(", "))
        }
        Type::Map { key, value } => format!(
            "[]const ringhost.typed.Entry({}, {})",
            spelled(key),
            spelled(value)
        ),
        Type::Record { name, .. } | Type::Variant { name, .. } => type_name(name),
        scalar => scalar.to_string(),
    }
}

fn type_name(name: &str) -> String {
    identifier(&escaped(name, &["ringhost"]))
}

/// A name, in the form for what is a word of the language otherwise.
fn identifier(name: &str) -> String {
    let sized = name.strip_prefix(['u', 'i', 'f', 'c']);
    let is_number = sized.is_some_and(|bits| bits.bytes().all(|bit| bit.is_ascii_digit()));
    match is_number || KEPT.contains(&name) {
        true => format!("@\"{name}\""),
        false => name.to_owned(),
    }
}
