//! What the declared types promise, against postcard and serde_json themselves.

mod properties;
mod refusals;
mod wire;

use super::{Member, Messages, Type};

fn boxed(inner: Type) -> Box<Type> {
    Box::new(inner)
}

fn members<const N: usize>(members: [(&str, Type); N]) -> Vec<Member> {
    members
        .map(|(name, shape)| Member {
            name: name.into(),
            shape,
        })
        .into()
}

fn record<const N: usize>(name: &str, fields: [(&str, Type); N]) -> Type {
    Type::Record {
        name: name.into(),
        fields: members(fields),
    }
}

fn variant<const N: usize>(name: &str, cases: [(&str, Type); N]) -> Type {
    Type::Variant {
        name: name.into(),
        cases: members(cases),
    }
}

#[test]
fn a_declaration_is_read_and_shown() {
    let declaration = br#"{
        "input": {"record": {"name": "Request", "fields": [{"name": "value", "type": "i64"}]}},
        "output": {"variant": {"name": "Query", "cases": [
            {"name": "Edges", "type": {"list": {"tuple": ["u32", "u32"]}}},
            {"name": "Rank", "type": {"record": {"name": "Rank", "fields": [
                {"name": "top", "type": {"option": "u32"}},
                {"name": "by", "type": {"map": {"key": "string", "value": "f64"}}}
            ]}}},
            {"name": "Pair", "type": {"tuple": ["u8", "char"]}},
            {"name": "Stop", "type": "unit"}
        ]}}
    }"#;
    let messages = Messages::parse(declaration).unwrap();
    assert_eq!(
        messages.to_string(),
        "Request { value: i64 } -> (Query = Edges(list<(u32, u32)>) | \
         Rank { top: option<u32>, by: map<string, f64> } | Pair(u8, char) | Stop)"
    );
    let written = serde_json::to_vec(&messages).unwrap();
    assert_eq!(Messages::parse(&written).unwrap(), messages);
}

#[test]
fn a_side_that_is_not_declared_is_bytes_of_any_meaning() {
    for nothing in ["", "{}", r#"{"input": null, "output": null}"#] {
        assert_eq!(
            Messages::parse(nothing.as_bytes()).unwrap(),
            Messages::default()
        );
    }
    assert_eq!(
        Messages::default().to_string(),
        "plain bytes -> plain bytes"
    );
}

#[test]
fn names_from_strangers_are_escaped() {
    let shown = record("\u{1b}[2J", [("a\nb", Type::U8)]).to_string();
    assert!(!shown.contains(['\u{1b}', '\n']), "{shown:?}");
}

#[test]
fn types_agree_by_the_names_of_fields_and_not_of_types() {
    let one = record("A", [("bytes", Type::Bytes), ("at", Type::U32)]);
    let other = record(
        "B",
        [("bytes", Type::List(boxed(Type::U8))), ("at", Type::U32)],
    );
    assert_eq!(one.agrees(&other), Ok(()));
    let renamed = record("A", [("bytes", Type::Bytes), ("until", Type::U32)]);
    let difference = one.agrees(&renamed).unwrap_err();
    assert_eq!(
        difference.to_string(),
        "field `at` here, field `until` there"
    );
}

#[test]
fn a_difference_names_its_place() {
    let of = |value: Type| {
        let reading = record("Reading", [("value", value)]);
        variant(
            "Answer",
            [
                ("Readings", Type::List(boxed(reading))),
                ("None", Type::Unit),
            ],
        )
    };
    let difference = of(Type::F64).agrees(&of(Type::F32)).unwrap_err();
    assert_eq!(
        difference.to_string(),
        "Readings[].value: f64 here, f32 there"
    );
    let shorter = variant("Answer", [("None", Type::Unit)]);
    let longer = variant("Answer", [("None", Type::Unit), ("Some", Type::U8)]);
    let difference = shorter.agrees(&longer).unwrap_err();
    assert_eq!(
        difference.to_string(),
        "no further case here, case `Some` there"
    );
}
