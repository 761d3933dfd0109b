//! What is refused, and in which words.

use serde_json::{Value, json};

use super::{Messages, Type, boxed, record, variant};
use crate::{DecodeProblem, SchemaError};

#[track_caller]
fn assert_refused(declared: &Type, value: Value, text: &str) {
    assert_eq!(declared.encode(&value).unwrap_err().to_string(), text);
}

#[test]
fn json_of_another_type_is_refused_with_its_place() {
    let reading = record("Reading", [("value", Type::F64)]);
    let batch = record("Batch", [("readings", Type::List(boxed(reading)))]);
    assert_refused(
        &batch,
        json!({"readings": [{"value": 1}, {"value": "x"}]}),
        "readings[1].value: expected f64, found string \"x\"",
    );
    assert_refused(
        &batch,
        json!({"readings": [{"value": 1, "unit": "K"}]}),
        "readings[0]: unknown field \"unit\"; the fields are `value`",
    );
    assert_refused(&batch, json!({}), "the field `readings` is missing");
    assert_refused(&Type::U8, json!(256), "256 is out of range for u8");
    assert_refused(&Type::U64, json!(-1), "-1 is out of range for u64");
    assert_refused(&Type::I8, json!(-129), "-129 is out of range for i8");
    assert_refused(&Type::U8, json!(1.5), "expected u8, found number 1.5");
    assert_refused(&Type::F32, json!(1e300), "1e+300 is out of range for f32");
    assert_refused(
        &Type::Bytes,
        json!([1, 256]),
        "[1]: 256 is out of range for u8",
    );
    let pair = Type::Tuple(vec![Type::U8, Type::U8]);
    assert_refused(&pair, json!([1]), "expected (u8, u8), found an array of 1");
    let map = Type::Map {
        key: boxed(Type::U8),
        value: boxed(Type::U8),
    };
    assert_refused(
        &map,
        json!({"x": 1}),
        "[\"x\"]: expected u8, found string \"x\"",
    );
    let query = variant("Query", [("Stop", Type::Unit), ("Rank", Type::U8)]);
    assert_refused(
        &query,
        json!("Go"),
        "unknown case \"Go\"; the cases are `Stop`, `Rank`",
    );
    assert_refused(&query, json!("Rank"), "Rank: expected u8, found null");
    assert_refused(
        &query,
        json!(3),
        "expected Query = Stop | Rank(u8), found number 3",
    );
}

#[track_caller]
fn problem(declared: &Type, payload: &[u8]) -> DecodeProblem {
    declared.decode(payload).unwrap_err().problem
}

#[test]
fn payloads_of_another_type_are_refused() {
    let expected = |text: &str| text.to_string();
    assert_eq!(
        problem(&Type::U8, &[1, 2, 3]),
        DecodeProblem::LeftOver { count: 2 }
    );
    assert_eq!(
        problem(&Type::U32, &[0x80]),
        DecodeProblem::Ended {
            expected: expected("u32")
        }
    );
    let invalid = |text| DecodeProblem::Invalid {
        expected: expected(text),
    };
    assert_eq!(problem(&Type::Bool, &[2]), invalid("bool"));
    assert_eq!(
        problem(&Type::Option(boxed(Type::U8)), &[2, 0]),
        invalid("option<u8>")
    );
    assert_eq!(problem(&Type::U16, &[0xff, 0xff, 0x04]), invalid("u16"));
    assert_eq!(problem(&Type::U16, &[0x80, 0x80, 0x80, 0]), invalid("u16"));
    assert_eq!(problem(&Type::String, &[1, 0xff]), invalid("string"));
    assert_eq!(problem(&Type::Char, b"\x02ab"), invalid("char"));
    let query = variant("Query", [("Stop", Type::Unit)]);
    assert_eq!(
        problem(&query, &[1]),
        DecodeProblem::UnknownCase { found: 1, cases: 1 }
    );
    let map = Type::Map {
        key: boxed(Type::Bytes),
        value: boxed(Type::U8),
    };
    assert_eq!(
        problem(&map, &[1, 0, 7]),
        DecodeProblem::Key {
            declared: expected("bytes")
        }
    );

    let pairs = Type::List(boxed(record("Pair", [("on", Type::Bool)])));
    assert_eq!(
        pairs.decode(&[2, 1, 9]).unwrap_err().to_string(),
        "[1].on: found bytes that are no bool (at byte 3 of the payload; do both sides declare \
         the same type?)"
    );
}

/// 2^60 as a length, in nine bytes.
const HUGE: [u8; 9] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];

#[test]
fn a_length_that_lies_costs_nothing() {
    let list = |element| Type::List(boxed(element));
    assert!(matches!(
        problem(&list(Type::U8), &HUGE),
        DecodeProblem::Ended { .. }
    ));
    assert!(matches!(
        problem(&Type::String, &HUGE),
        DecodeProblem::Ended { .. }
    ));
    for empty in [Type::Unit, Type::Tuple(vec![]), record("Nothing", [])] {
        assert_eq!(problem(&list(empty), &HUGE), DecodeProblem::TooLarge);
    }
    let map = Type::Map {
        key: boxed(Type::Unit),
        value: boxed(Type::Unit),
    };
    assert!(map.decode(&HUGE).is_err());
}

#[test]
fn few_bytes_cannot_become_much_json() {
    let long = "x".repeat(60_000);
    let declared = Type::List(boxed(record("Record", [(&long, Type::Bool)])));
    let mut payload = vec![0; 16_000];
    payload.splice(0..2, [0xfe, 0x7c]);
    assert_eq!(problem(&declared, &payload), DecodeProblem::TooLarge);
    // An ordinary large payload stays far below the bound.
    let declared = Type::List(boxed(record("Record", [("temperature", Type::Bool)])));
    let records = vec![json!({"temperature": true}); 1 << 20];
    let payload = declared.encode(&Value::Array(records)).unwrap();
    assert!(declared.decode(&payload).is_ok());
}

fn parse(declaration: &str) -> SchemaError {
    Messages::parse(declaration.as_bytes()).unwrap_err()
}

#[test]
fn hostile_declarations_are_refused() {
    let nested = |opening: &str, closing: &str, levels: usize| {
        let (opening, closing) = (opening.repeat(levels - 1), closing.repeat(levels - 1));
        format!(r#"{{"input": {opening}"u8"{closing}}}"#)
    };
    let lists = |levels| nested(r#"{"list":"#, "}", levels);
    assert!(Messages::parse(lists(Messages::MAX_DEPTH).as_bytes()).is_ok());
    assert!(matches!(
        parse(&lists(Messages::MAX_DEPTH + 1)),
        SchemaError::TooDeep
    ));
    assert!(matches!(parse(&lists(5000)), SchemaError::Malformed(_)));
    let record = r#"{"record": {"name": "", "fields": [{"name": "", "type": "#;
    let records = nested(record, "}]}}", Messages::MAX_DEPTH);
    assert!(Messages::parse(records.as_bytes()).is_ok());

    let long = " ".repeat(Messages::MAX_LENGTH + 1);
    assert!(matches!(parse(&long), SchemaError::TooLong { .. }));
    let field = r#"{"name": "a", "type": "u8"}"#;
    let twice =
        format!(r#"{{"input": {{"record": {{"name": "R", "fields": [{field}, {field}]}}}}}}"#);
    assert_eq!(
        parse(&twice).to_string(),
        "the declared type `R` names `a` twice"
    );
    for malformed in [
        "nonsense",
        r#"{"input": "u7"}"#,
        r#"{"input": {"list": []}}"#,
        "[]x",
    ] {
        assert!(
            matches!(parse(malformed), SchemaError::Malformed(_)),
            "{malformed}"
        );
    }
}
