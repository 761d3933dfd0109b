//! The same bytes as postcard and the same JSON as serde_json for the same Rust types.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{Type, boxed, record, variant};

/// Checks both directions against the crates that a kernel and a host really use.
#[track_caller]
fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(declared: &Type, value: T) {
    let payload = postcard::to_allocvec(&value).unwrap();
    let json = serde_json::to_value(&value).unwrap();
    assert_eq!(declared.encode(&json).unwrap(), payload, "{json}");
    assert_eq!(declared.decode(&payload).unwrap(), json);
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), value);
}

#[test]
fn integers_at_their_ends() {
    for value in [0, 1, u8::MAX] {
        same(&Type::U8, value);
    }
    for value in [0, 127, 128, 16_383, 16_384, u16::MAX] {
        same(&Type::U16, value);
    }
    for value in [0, 2_097_151, 2_097_152, u32::MAX] {
        same(&Type::U32, value);
    }
    for value in [0, 1 << 35, u64::MAX] {
        same(&Type::U64, value);
    }
    for value in [0, u128::from(u64::MAX)] {
        same(&Type::U128, value);
    }
    for value in [0, -1, i8::MIN, i8::MAX] {
        same(&Type::I8, value);
    }
    for value in [0, -1, i16::MIN, i16::MAX] {
        same(&Type::I16, value);
    }
    for value in [0, -1, i32::MIN, i32::MAX] {
        same(&Type::I32, value);
    }
    for value in [0, -1, i64::MIN, i64::MAX] {
        same(&Type::I64, value);
    }
    for value in [0, -1, i128::from(i64::MIN)] {
        same(&Type::I128, value);
    }
}

#[test]
fn integers_beyond_64_bits_are_strings_of_digits() {
    for value in [i128::MIN, i128::MAX] {
        let payload = postcard::to_allocvec(&value).unwrap();
        assert_eq!(
            Type::I128.decode(&payload).unwrap(),
            json!(value.to_string())
        );
        assert_eq!(
            Type::I128.encode(&json!(value.to_string())).unwrap(),
            payload
        );
    }
    let payload = postcard::to_allocvec(&u128::MAX).unwrap();
    assert_eq!(
        Type::U128.decode(&payload).unwrap(),
        json!(u128::MAX.to_string())
    );
    assert_eq!(
        Type::U128.encode(&json!(u128::MAX.to_string())).unwrap(),
        payload
    );
}

#[test]
fn floats_and_what_json_has_no_number_for() {
    for value in [0.1, -0.0, 1e300, f64::MIN_POSITIVE] {
        same(&Type::F64, value);
    }
    assert_eq!(Type::F32.decode(&0.1f32.to_le_bytes()).unwrap(), json!(0.1));
    assert_eq!(Type::F32.encode(&json!(0.1)).unwrap(), 0.1f32.to_le_bytes());
    for (value, text) in [
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(Type::F64.decode(&value.to_le_bytes()).unwrap(), json!(text));
        assert_eq!(Type::F64.encode(&json!(text)).unwrap(), value.to_le_bytes());
        assert_eq!(
            Type::F32.decode(&(value as f32).to_le_bytes()).unwrap(),
            json!(text)
        );
        assert_eq!(
            Type::F32.encode(&json!(text)).unwrap(),
            (value as f32).to_le_bytes()
        );
    }
}

#[test]
fn text_and_containers() {
    same(&Type::Bool, true);
    same(&Type::Char, '\u{1F980}');
    same(&Type::String, "x".repeat(300));
    same(&Type::Bytes, vec![0u8, 255]);
    same(&Type::Unit, ());
    same(&Type::Option(boxed(Type::U32)), Some(300u32));
    same(&Type::Option(boxed(Type::U32)), None::<u32>);
    same(&Type::Tuple(vec![Type::U8, Type::Char]), (7u8, 'x'));
    same(
        &Type::Tuple(vec![Type::U16, Type::U16, Type::U16]),
        [1u16, 2, 300],
    );
    let of = |key, value| Type::Map {
        key: boxed(key),
        value: boxed(value),
    };
    same(
        &of(Type::String, Type::I16),
        BTreeMap::from([("a".to_string(), -5i16)]),
    );
    same(
        &of(Type::I64, Type::Unit),
        BTreeMap::from([(-3i64, ()), (4, ())]),
    );
    same(&of(Type::U128, Type::U8), BTreeMap::from([(7u128, 1u8)]));
    same(&of(Type::Bool, Type::U8), BTreeMap::from([(true, 1u8)]));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    sensor: String,
    values: Vec<f64>,
    unit: Option<char>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Query {
    Everything,
    Readings(Vec<Reading>),
    Between(i32, i32),
    Rank { top: u8 },
}

#[test]
fn records_and_variants() {
    let reading = record(
        "Reading",
        [
            ("sensor", Type::String),
            ("values", Type::List(boxed(Type::F64))),
            ("unit", Type::Option(boxed(Type::Char))),
        ],
    );
    let query = variant(
        "Query",
        [
            ("Everything", Type::Unit),
            ("Readings", Type::List(boxed(reading.clone()))),
            ("Between", Type::Tuple(vec![Type::I32, Type::I32])),
            ("Rank", record("Rank", [("top", Type::U8)])),
        ],
    );
    let value = || Reading {
        sensor: "roof".into(),
        values: vec![1.5, -2.0],
        unit: Some('K'),
    };
    same(&reading, value());
    same(&query, Query::Everything);
    same(
        &query,
        Query::Readings(vec![
            value(),
            Reading {
                unit: None,
                ..value()
            },
        ]),
    );
    same(&query, Query::Between(-1, 70_000));
    same(&query, Query::Rank { top: 5 });
    // As serde has it, an option may be left out.
    let short = json!({"sensor": "roof", "values": []});
    let full = json!({"sensor": "roof", "values": [], "unit": null});
    assert_eq!(
        reading.encode(&short).unwrap(),
        reading.encode(&full).unwrap()
    );
}
