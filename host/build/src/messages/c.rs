//! `messages.h`, a struct for each type, and `messages.c`, which describes them to the SDK.

use super::definitions::{Definition, takes_bytes};
use super::words::{escaped, snake};
use ringhost_schema::{Member, Type};
use std::collections::HashMap;

/// C's keywords, and what the headers define that every kernel includes.
const KEPT: &[&str] = &[
    "alignas",
    "alignof",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "char",
    "const",
    "constexpr",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "errno",
    "extern",
    "false",
    "float",
    "for",
    "goto",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "nullptr",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "tag",
    "true",
    "typedef",
    "typeof",
    "union",
    "unix",
    "unsigned",
    "void",
    "volatile",
    "while",
    "NULL",
];

/// What a name of a type without one grows to before it is numbered instead.
const LONGEST_NAME: usize = 48;

/// The header and the source.
pub(super) fn write(definitions: &[Definition<'_>]) -> (String, String) {
    let mut files = Files::default();
    for definition in definitions {
        files
            .names
            .insert(escaped(definition.name, KEPT), definition.shape.to_string());
    }
    for Definition { name, shape } in definitions {
        files.define(name, shape);
    }
    let header = format!(
        "/* Made from messages.json by `ringhost build`. */\n#ifndef RINGHOST_MESSAGES_H\n\
         #define RINGHOST_MESSAGES_H\n\n#include \"ringhost_typed.h\"\n{}\n/* Each returns NULL, or \
         words that say what is wrong. */\n{}\n#endif\n",
        files.structs, files.functions
    );
    let source = format!(
        "/* Made from messages.json by `ringhost build`. */\n#include \"messages.h\"\n{}\n{}",
        files.tables, files.bodies
    );
    (header, source)
}

/// What is written so far.
#[derive(Default)]
struct Files {
    structs: String,
    functions: String,
    tables: String,
    bodies: String,
    /// What each name stands for.
    names: HashMap<String, String>,
    /// The types without names that are there, by what they are.
    made: HashMap<String, String>,
}

/// A field of a struct: its name in messages and in C, and its type.
struct Field<'a> {
    name: String,
    field: String,
    shape: &'a Type,
}

fn field(member: &Member) -> Field<'_> {
    let Member { name, shape } = member;
    Field {
        name: name.clone(),
        field: escaped(name, KEPT),
        shape,
    }
}

fn fields(members: &[Member]) -> Vec<Field<'_>> {
    members.iter().map(field).collect()
}

impl Files {
    /// A type that has a name, with its functions.
    fn define(&mut self, name: &str, shape: &Type) {
        let named = escaped(name, KEPT);
        match shape {
            Type::Record { fields: of, .. } => {
                self.structure(&named, name, "RECORD", fields(of), shape);
            }
            Type::Variant { cases, .. } => self.variant(&named, name, cases, shape),
            other => {
                let (spelled, table) = self.spelled(other);
                self.structs
                    .push_str(&format!("\ntypedef {spelled} {named};\n"));
                let table = table.trim_start_matches('&');
                self.tables
                    .push_str(&format!("\n#define type_{named} {table}\n"));
            }
        }
        let prefix = self.unique(&snake(&named), "functions of", name);
        let functions = [
            (
                "decode",
                format!("{named} *value, const ring_message *message"),
            ),
            ("encode", format!("const {named} *value, ring_bytes *bytes")),
            (
                "reply",
                format!("ring_replies *replies, const {named} *value"),
            ),
        ];
        let calls = [
            ("ring_read", "value, message"),
            ("ring_write", "value, bytes"),
            ("ring_reply_with", "value, replies"),
        ];
        for ((function, parameters), (call, values)) in functions.iter().zip(calls) {
            let head = format!("const char *{prefix}_{function}({parameters})");
            self.functions.push_str(&format!("{head};\n"));
            self.bodies.push_str(&format!(
                "\n{head} {{\n    return {call}(&type_{named}, {name:?}, {values});\n}}\n"
            ));
        }
    }

    /// A struct and its description.
    fn structure(&mut self, named: &str, name: &str, kind: &str, of: Vec<Field<'_>>, shape: &Type) {
        let mut lines = String::new();
        let mut members = String::new();
        for Field { name, field, shape } in of {
            let (spelled, table) = self.spelled(shape);
            let mut offset = "0".to_owned();
            if *shape != Type::Unit {
                lines.push_str(&format!("    {spelled} {field};\n"));
                offset = format!("offsetof({named}, {field})");
            }
            members.push_str(&format!("    {{{name:?}, {offset}, {table}}},\n"));
        }
        self.structs
            .push_str(&format!("\ntypedef struct {{\n{lines}}} {named};\n"));
        self.table(named, name, kind, &members, shape);
    }

    fn variant(&mut self, named: &str, name: &str, cases: &[Member], shape: &Type) {
        let prefix = snake(named).to_uppercase();
        let mut tags = String::new();
        let mut lines = String::new();
        let mut members = String::new();
        for Field {
            name: case,
            field,
            shape,
        } in fields(cases)
        {
            let tag = format!("{prefix}_{}", snake(&case).to_uppercase());
            let tag = self.unique(&tag, name, &case);
            tags.push_str(&format!("        {tag},\n"));
            let (spelled, table) = self.spelled(shape);
            let mut offset = "0".to_owned();
            if *shape != Type::Unit {
                lines.push_str(&format!("        {spelled} {field};\n"));
                offset = format!("offsetof({named}, {field})");
            }
            members.push_str(&format!("    {{{case:?}, {offset}, {table}}},\n"));
        }
        let union = match lines.is_empty() {
            true => String::new(),
            false => format!("    union {{\n{lines}    }};\n"),
        };
        self.structs.push_str(&format!(
            "\ntypedef struct {{\n    enum {{\n{tags}    }} tag;\n{union}}} {named};\n"
        ));
        self.table(named, name, "VARIANT", &members, shape);
    }

    /// The description of a struct.
    fn table(&mut self, named: &str, name: &str, kind: &str, members: &str, shape: &Type) {
        let list = match members.is_empty() {
            true => "NULL, 0".to_owned(),
            false => {
                self.tables.push_str(&format!(
                    "\nstatic const ring_type_member members_{named}[] = {{\n{members}}};\n"
                ));
                let count = members.lines().count();
                format!("members_{named}, {count}")
            }
        };
        self.tables.push_str(&format!(
            "static const ring_type type_{named} = {{{name:?}, RING_TYPE_{kind}, sizeof({named}), \
             {list}, {}}};\n",
            !takes_bytes(shape)
        ));
    }

    /// A type as it is spelled in C, and its description.
    fn spelled(&mut self, shape: &Type) -> (String, String) {
        let spelled = match shape {
            Type::Bool => "bool".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
                format!("uint{}_t", shape.to_string().trim_start_matches('u'))
            }
            Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                format!("int{}_t", shape.to_string().trim_start_matches('i'))
            }
            Type::U128 => "unsigned __int128".into(),
            Type::I128 => "__int128".into(),
            Type::F32 => "float".into(),
            Type::F64 => "double".into(),
            Type::Char => "uint32_t".into(),
            Type::String => "ring_text".into(),
            Type::Bytes => "ring_bytes".into(),
            Type::Unit => "uint8_t".into(),
            Type::Record { name, .. } | Type::Variant { name, .. } => {
                let named = escaped(name, KEPT);
                return (named.clone(), format!("&type_{named}"));
            }
            other => {
                let named = self.unnamed(other);
                return (named.clone(), format!("&type_{named}"));
            }
        };
        (spelled, format!("&ring_type_{shape}"))
    }

    /// A type that has no name in messages: it is given one, which says what it is.
    fn unnamed(&mut self, shape: &Type) -> String {
        let key = shape.to_string();
        if let Some(named) = self.made.get(&key) {
            return named.clone();
        }
        let wanted = wanted(shape);
        let named = match wanted.len() > LONGEST_NAME {
            true => self.unique("Unnamed", &key, ""),
            false => self.unique(&wanted, &key, ""),
        };
        self.made.insert(key, named.clone());
        match shape {
            Type::Option(inner) => {
                let (spelled, table) = self.spelled(inner);
                let (line, offset) = match **inner {
                    Type::Unit => (String::new(), "0".to_owned()),
                    _ => (
                        format!("    {spelled} value;\n"),
                        format!("offsetof({named}, value)"),
                    ),
                };
                self.structs.push_str(&format!(
                    "\ntypedef struct {{\n    bool present;\n{line}}} {named};\n"
                ));
                let member = format!("    {{\"\", {offset}, {table}}},\n");
                self.table(&named, "option", "OPTION", &member, shape);
            }
            Type::List(element) => {
                let (spelled, table) = self.spelled(element);
                self.list(&named, "list", &spelled, &table, shape);
            }
            Type::Map { key, value } => {
                let entry = self.unique(&format!("{named}Entry"), &shape.to_string(), "entry");
                let parts = [("key", key), ("value", value)].map(|(name, shape)| Field {
                    name: name.to_owned(),
                    field: name.to_owned(),
                    shape,
                });
                let pair = Type::Tuple(vec![(**key).clone(), (**value).clone()]);
                self.structure(&entry, "entry", "RECORD", parts.into(), &pair);
                self.list(&named, "map", &entry, &format!("&type_{entry}"), shape);
            }
            Type::Tuple(parts) => {
                let parts = parts.iter().enumerate().map(|(at, shape)| Field {
                    name: format!("[{at}]"),
                    field: format!("_{at}"),
                    shape,
                });
                self.structure(&named, "tuple", "RECORD", parts.collect(), shape);
            }
            // What has a name, and scalars, which need none.
            _ => {}
        }
        named
    }

    fn list(&mut self, named: &str, name: &str, element: &str, table: &str, shape: &Type) {
        self.structs.push_str(&format!(
            "\ntypedef struct {{\n    const {element} *items;\n    size_t count;\n}} {named};\n"
        ));
        self.table(
            named,
            name,
            "LIST",
            &format!("    {{\"\", 0, {table}}},\n"),
            shape,
        );
    }

    /// A name that stands for nothing else.
    fn unique(&mut self, wanted: &str, owner: &str, of: &str) -> String {
        let meaning = format!("{owner} {of}");
        let mut name = wanted.to_owned();
        let mut number = 1;
        while self.names.get(&name).is_some_and(|other| *other != meaning) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        self.names.insert(name.clone(), meaning);
        name
    }
}

/// What a type is called that has no name.
fn wanted(shape: &Type) -> String {
    match shape {
        Type::Option(inner) => format!("Option{}", wanted(inner)),
        Type::List(element) => format!("List{}", wanted(element)),
        Type::Map { key, value } => format!("Map{}{}", wanted(key), wanted(value)),
        Type::Tuple(parts) => format!("Tuple{}", parts.iter().map(wanted).collect::<String>()),
        Type::Record { name, .. } | Type::Variant { name, .. } => name.clone(),
        scalar => {
            let name = scalar.to_string();
            let (first, rest) = name.split_at(1);
            format!("{}{rest}", first.to_uppercase())
        }
    }
}
