//! `messages.go`: a struct for each record and case, whose tags say how messages call the fields.

use super::definitions::Definition;
use anyhow::{Result, ensure};
use ringhost_schema::{Member, Type};

/// The module that they are.
pub(super) const MODULE: &str = "module messages\n\ngo 1.27\n\nrequire ringhost v0.0.0\n";

pub(super) fn write(definitions: &[Definition<'_>]) -> Result<String> {
    let mut body = String::new();
    for Definition { name, shape } in definitions {
        let name = exported(name);
        match shape {
            Type::Record { fields, .. } => {
                body.push_str(&format!("\ntype {name} {}\n", structure(fields)?));
            }
            Type::Variant { cases, .. } => body.push_str(&variant(&name, cases)?),
            other => body.push_str(&format!("\ntype {name} {}\n", spelled(other)?)),
        }
    }
    // Go refuses an import that is not used.
    let import = match body.contains("typed.") {
        true => "\nimport \"ringhost/typed\"\n",
        false => "",
    };
    Ok(format!(
        "// Made from messages.json by `ringhost build`.\n\npackage messages\n{import}{body}"
    ))
}

/// An interface, a struct for each case, and what tells the SDK of them.
fn variant(name: &str, cases: &[Member]) -> Result<String> {
    let mut text = format!("\ntype {name} interface{{ is{name}() }}\n");
    let mut all = String::new();
    for case in cases {
        let named = format!("{name}{}", case.name);
        let content = match &case.shape {
            Type::Unit => "struct{}".to_owned(),
            // The case's own fields, as in the source of most languages.
            Type::Record { name, fields } if *name == case.name => structure(fields)?,
            one => format!("struct {{\n\tValue {} `typed:\"\"`\n}}", spelled(one)?),
        };
        text.push_str(&format!(
            "\ntype {named} {content}\n\nfunc ({named}) is{name}() {{}}\n"
        ));
        all.push_str(&format!("\t\t{named}{{}},\n"));
    }
    text.push_str(&format!(
        "\nfunc init() {{\n\ttyped.Variant[{name}](\n{all}\t)\n}}\n"
    ));
    Ok(text)
}

fn structure(fields: &[Member]) -> Result<String> {
    let mut text = String::from("struct {\n");
    let mut names: Vec<String> = Vec::new();
    for field in fields {
        let mut name = exported(&field.name);
        while names.contains(&name) {
            name.push('_');
        }
        text.push_str(&format!(
            "\t{name} {} `typed:\"{}\"`\n",
            spelled(&field.shape)?,
            field.name
        ));
        names.push(name);
    }
    text.push('}');
    Ok(text)
}

/// A type as Go spells it.
fn spelled(shape: &Type) -> Result<String> {
    ensure!(
        !matches!(shape, Type::U128 | Type::I128),
        "Go has no integers of 128 bits, and the declaration has an {shape}: take u64 or bytes"
    );
    Ok(match shape {
        Type::Bool => "bool".into(),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            format!("uint{}", shape.to_string().trim_start_matches('u'))
        }
        Type::F32 => "float32".into(),
        Type::F64 => "float64".into(),
        Type::Char => "typed.Char".into(),
        Type::String => "string".into(),
        Type::Bytes => "[]byte".into(),
        Type::Unit => "typed.Unit".into(),
        Type::Option(inner) => format!("*{}", spelled(inner)?),
        Type::List(element) => format!("[]{}", spelled(element)?),
        Type::Tuple(parts) => {
            let parts = parts.iter().enumerate();
            let parts = parts.map(|(at, part)| Ok(format!("F{at} {}", spelled(part)?)));
            format!(
                "struct{{ {} }}",
                parts.collect::<Result<Vec<_>>>()?.join("; ")
            )
        }
        Type::Map { key, value } => {
            format!("[]typed.Entry[{}, {}]", spelled(key)?, spelled(value)?)
        }
        Type::Record { name, .. } | Type::Variant { name, .. } => exported(name),
        _ => format!("int{}", shape.to_string().trim_start_matches('i')),
    })
}

/// `remaining_words` as `RemainingWords`: what begins so, others can see.
fn exported(name: &str) -> String {
    let mut exported = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        exported.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        exported.push_str(letters.as_str());
    }
    exported
}
