//! What holds for all types, values and payloads.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Member, Type, boxed};

/// Types whose values JSON can tell apart: options of what is null and maps with keys that JSON
/// does not have are left out.
fn types() -> impl Strategy<Value = Type> {
    scalars().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_filter_map("null is none", option),
            inner.clone().prop_map(|element| Type::List(boxed(element))),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            (prop_oneof![Just(Type::String), integers()], inner.clone()).prop_map(
                |(key, value)| Type::Map {
                    key: boxed(key),
                    value: boxed(value)
                }
            ),
            vec(inner.clone(), 0..4).prop_map(|shapes| Type::Record {
                name: "R".into(),
                fields: name(shapes)
            }),
            vec(inner, 1..4).prop_map(|shapes| Type::Variant {
                name: "V".into(),
                cases: name(shapes)
            }),
        ]
    })
}

fn option(inner: Type) -> Option<Type> {
    let is_null = matches!(inner, Type::Unit | Type::Option(_));
    (!is_null).then(|| Type::Option(boxed(inner)))
}

fn name(shapes: Vec<Type>) -> Vec<Member> {
    let member = |(index, shape)| Member {
        name: format!("m{index}"),
        shape,
    };
    shapes.into_iter().enumerate().map(member).collect()
}

fn integers() -> impl Strategy<Value = Type> {
    use Type::*;
    proptest::sample::select(vec![U8, U16, U32, U64, U128, I8, I16, I32, I64, I128])
}

fn scalars() -> impl Strategy<Value = Type> {
    use Type::*;
    let others = proptest::sample::select(vec![Bool, F32, F64, Char, String, Bytes, Unit]);
    prop_oneof![integers(), others]
}

/// JSON as [`Type::decode`] makes it.
fn values(declared: &Type) -> BoxedStrategy<Value> {
    let wide = |digits: String, fits: bool| match fits {
        true => serde_json::from_str(&digits).unwrap(),
        false => Value::from(digits),
    };
    match declared {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::U8 => any::<u8>().prop_map(Value::from).boxed(),
        Type::U16 => any::<u16>().prop_map(Value::from).boxed(),
        Type::U32 => any::<u32>().prop_map(Value::from).boxed(),
        Type::U64 => any::<u64>().prop_map(Value::from).boxed(),
        Type::U128 => any::<u128>()
            .prop_map(move |n| wide(n.to_string(), u64::try_from(n).is_ok()))
            .boxed(),
        Type::I8 => any::<i8>().prop_map(Value::from).boxed(),
        Type::I16 => any::<i16>().prop_map(Value::from).boxed(),
        Type::I32 => any::<i32>().prop_map(Value::from).boxed(),
        Type::I64 => any::<i64>().prop_map(Value::from).boxed(),
        Type::I128 => any::<i128>()
            .prop_map(move |n| wide(n.to_string(), i64::try_from(n).is_ok()))
            .boxed(),
        Type::F32 => any::<f32>()
            .prop_map(|number| json!(number.to_string().parse::<f64>().unwrap()))
            .boxed(),
        Type::F64 => any::<f64>().prop_map(Value::from).boxed(),
        Type::Char => any::<char>()
            .prop_map(|one| Value::from(one.to_string()))
            .boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Bytes => vec(any::<u8>(), 0..200).prop_map(Value::from).boxed(),
        Type::Unit => Just(Value::Null).boxed(),
        Type::Option(inner) => prop_oneof![Just(Value::Null), values(inner)].boxed(),
        Type::List(element) => vec(values(element), 0..4).prop_map(Value::from).boxed(),
        Type::Tuple(parts) => parts
            .iter()
            .map(values)
            .collect::<Vec<_>>()
            .prop_map(Value::Array)
            .boxed(),
        Type::Map { key, value } => {
            let keys = values(key).prop_map(|key| match key {
                Value::String(text) => text,
                other => other.to_string(),
            });
            btree_map(keys, values(value), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect()))
                .boxed()
        }
        Type::Record { fields, .. } => {
            let names: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
            let shapes: Vec<_> = fields.iter().map(|field| values(&field.shape)).collect();
            shapes
                .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
        Type::Variant { cases, .. } => {
            let cases: Vec<_> = cases.iter().map(case).collect();
            proptest::strategy::Union::new(cases).boxed()
        }
    }
}

fn case(case: &Member) -> BoxedStrategy<Value> {
    let name = case.name.clone();
    match &case.shape {
        Type::Unit => Just(Value::from(name)).boxed(),
        shape => values(shape)
            .prop_map(move |value| Value::Object(Map::from_iter([(name.clone(), value)])))
            .boxed(),
    }
}

fn types_and_values() -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(|declared| {
        let values = values(&declared);
        (Just(declared), values)
    })
}

proptest! {
    #[test]
    fn every_value_comes_back((declared, value) in types_and_values()) {
        let payload = declared.encode(&value)?;
        // NaN alone is not equal to itself, and JSON has it as text.
        prop_assert_eq!(declared.decode(&payload)?, value);
    }

    #[test]
    fn every_declaration_comes_back(declared in types()) {
        let text = serde_json::to_string(&declared)?;
        prop_assert_eq!(&serde_json::from_str::<Type>(&text)?, &declared);
        prop_assert_eq!(declared.agrees(&declared), Ok(()));
        prop_assert!(!declared.to_string().is_empty());
    }

    /// No payload panics or hangs, and the JSON of those that are read can be written again.
    #[test]
    fn any_bytes_are_read_or_refused(declared in types(), payload in vec(any::<u8>(), 0..60)) {
        if let Ok(value) = declared.decode(&payload) {
            prop_assert!(declared.encode(&value).is_ok(), "{}", value);
        }
    }

    /// The same with a payload that is nearly right.
    #[test]
    fn damaged_payloads_are_read_or_refused(
        (declared, value) in types_and_values(),
        place in any::<prop::sample::Index>(),
        damage: u8,
    ) {
        let mut payload = declared.encode(&value)?;
        if !payload.is_empty() {
            let place = place.index(payload.len());
            payload[place] ^= damage;
        }
        if let Ok(value) = declared.decode(&payload) {
            prop_assert!(declared.encode(&value).is_ok(), "{}", value);
        }
    }

    #[test]
    fn any_text_is_a_declaration_or_refused(text in any::<Vec<u8>>()) {
        let _ = super::Messages::parse(&text);
    }
}
