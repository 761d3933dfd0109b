//! `messages.hpp`: a struct for each record, with what tells the SDK of its fields.

use super::definitions::Definition;
use super::words::escaped;
use ringhost_schema::{Member, Type};

/// C++'s keywords, what common headers define, and what the structs hold beside their fields.
const KEPT: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "messages",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "return",
    "ring",
    "ring_cases",
    "ring_fields",
    "ring_is_value",
    "ring_name",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "std",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unix",
    "unsigned",
    "using",
    "NULL",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

pub(super) fn write(definitions: &[Definition<'_>]) -> String {
    let mut text = String::from(
        "// Made from messages.json by `ringhost build`.\n#pragma once\n\n#include \
         \"ringhost_read.hpp\"\n#include \"ringhost_write.hpp\"\n\nnamespace messages {\n",
    );
    for Definition { name, shape } in definitions {
        text.push('\n');
        match shape {
            Type::Record { fields, .. } => text.push_str(&structure(name, &members(fields), "")),
            Type::Variant { cases, .. } => text.push_str(&variant(name, cases)),
            other => text.push_str(&wrapped(name, other, "")),
        }
    }
    text.push_str("\n} // namespace messages\n\nusing namespace messages;\n");
    text
}

/// A field: its name in messages, in C++, and its type.
type Field<'a> = (String, String, &'a Type);

fn field(member: &Member) -> Field<'_> {
    (member.name.clone(), identifier(&member.name), &member.shape)
}

fn members(members: &[Member]) -> Vec<Field<'_>> {
    members.iter().map(field).collect()
}

fn variant(name: &str, cases: &[Member]) -> String {
    let named = identifier(name);
    let mut text = format!("struct {named} {{\n");
    for case in cases {
        text.push_str(&match &case.shape {
            Type::Unit => structure(&case.name, &[], "    "),
            // The case's own fields, as in the source of most languages.
            Type::Record { name, fields } if *name == case.name => {
                structure(&case.name, &members(fields), "    ")
            }
            one => wrapped(&case.name, one, "    "),
        });
    }
    let cases = cases.iter().map(|case| identifier(&case.name));
    let cases = cases.collect::<Vec<_>>().join(", ");
    text.push_str(&format!(
        "    std::variant<{cases}> value{{}};\n\n    static constexpr auto ring_name = {name:?};\n    \
         static constexpr bool ring_cases() {{ return true; }}\n    bool operator==(const {named} &) \
         const = default;\n}};\n"
    ));
    text
}

fn structure(name: &str, fields: &[Field<'_>], indent: &str) -> String {
    let named = identifier(name);
    let mut text = format!("{indent}struct {named} {{\n");
    for (_, field, shape) in fields {
        text.push_str(&format!("{indent}    {} {field}{{}};\n", spelled(shape)));
    }
    let fields = fields
        .iter()
        .map(|(name, field, _)| format!("std::pair({name:?}, &{named}::{field})"));
    let fields = fields.collect::<Vec<_>>().join(", ");
    text.push_str(&format!(
        "\n{indent}    static constexpr auto ring_name = {name:?};\n{indent}    static constexpr auto \
         ring_fields() {{ return std::make_tuple({fields}); }}\n{indent}    bool operator==(const {named} \
         &) const = default;\n{indent}}};\n"
    ));
    text
}

/// A struct that only holds a value, which has no name of its own.
fn wrapped(name: &str, shape: &Type, indent: &str) -> String {
    let fields = [("value".to_owned(), "value".to_owned(), shape)];
    let text = structure(name, &fields, indent);
    let mark = format!("{indent}    static constexpr auto ring_name");
    let is_value = format!("{indent}    static constexpr bool ring_is_value = true;\n{mark}");
    text.replacen(&mark, &is_value, 1)
}

/// A type as C++ spells it.
fn spelled(shape: &Type) -> String {
    match shape {
        Type::Bool => "bool".into(),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            format!("std::uint{}_t", shape.to_string().trim_start_matches('u'))
        }
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            format!("std::int{}_t", shape.to_string().trim_start_matches('i'))
        }
        Type::U128 => "unsigned __int128".into(),
        Type::I128 => "__int128".into(),
        Type::F32 => "float".into(),
        Type::F64 => "double".into(),
        Type::Char => "char32_t".into(),
        Type::String => "std::string".into(),
        Type::Bytes => "std::vector<std::uint8_t>".into(),
        Type::Unit => "std::monostate".into(),
        Type::Option(inner) => format!("std::optional<{}>", spelled(inner)),
        Type::List(element) => format!("std::vector<{}>", spelled(element)),
        Type::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(spelled).collect();
            format!("std::tuple<{}>", parts.join(", "))
        }
        Type::Map { key, value } if is_ordered(key) => {
            format!("std::map<{}, {}>", spelled(key), spelled(value))
        }
        Type::Map { key, value } => {
            format!(
                "std::vector<std::pair<{}, {}>>",
                spelled(key),
                spelled(value)
            )
        }
        // A field or case may have the same name.
        Type::Record { name, .. } | Type::Variant { name, .. } => {
            format!("messages::{}", identifier(name))
        }
    }
}

fn identifier(name: &str) -> String {
    escaped(name, KEPT)
}

/// Whether its values have an order, as the keys of a `std::map` must.
fn is_ordered(shape: &Type) -> bool {
    match shape {
        Type::Option(inner) | Type::List(inner) => is_ordered(inner),
        Type::Tuple(parts) => parts.iter().all(is_ordered),
        Type::F32 | Type::F64 | Type::Map { .. } | Type::Record { .. } | Type::Variant { .. } => {
            false
        }
        _ => true,
    }
}
