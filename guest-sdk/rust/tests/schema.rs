//! The declaration of a kernel's messages, against the format in the documentation of `schema`.

use std::collections::BTreeMap;

use ringhost_sdk::prelude::*;
use ringhost_sdk::{Context, Message};
use serde_json::{Value, json};

/// What a component whose kernel has these messages would carry.
macro_rules! declared {
    ($input:ty, $output:ty) => {{
        type Kernel = Context<$input, $output>;
        const DECLARATION: [u8; Kernel::DECLARATION_LENGTH] = Kernel::declaration();
        std::str::from_utf8(&DECLARATION).unwrap()
    }};
}

/// The type T of a message.
macro_rules! shape {
    ($message:ty) => {{
        let declared: Value = serde_json::from_str(declared!($message, Raw)).unwrap();
        assert_eq!(declared["output"], Value::Null);
        declared["input"].clone()
    }};
}

#[message]
struct Unit;

#[message]
struct Metres(f64);

#[message]
struct Pair(u8, String);

#[message]
struct Point {
    x: i32,
    r#type: Metres,
    #[serde(rename = "a \"b\" \\ \n")]
    odd: (),
}

#[message]
enum Shape {
    Empty,
    Circle(Metres),
    Line(Point, Point),
    Label { text: String, at: Option<Point> },
}

#[message]
struct Generic<T> {
    items: Vec<T>,
}

fn point() -> Value {
    json!({"record": {"name": "Point", "fields": [
        {"name": "x", "type": "i32"},
        {"name": "type", "type": "f64"},
        {"name": "a \"b\" \\ \n", "type": "unit"},
    ]}})
}

#[test]
fn numbers_and_texts_are_named() {
    macro_rules! named {
        ($($message:ty => $name:literal),+) => { $(assert_eq!(shape!($message), json!($name));)+ };
    }
    named!(
        bool => "bool", u8 => "u8", u16 => "u16", u32 => "u32", u64 => "u64", u128 => "u128",
        i8 => "i8", i16 => "i16", i32 => "i32", i64 => "i64", i128 => "i128",
        f32 => "f32", f64 => "f64",
        char => "char", String => "string", () => "unit", Unit => "unit", Metres => "f64"
    );
}

#[test]
fn compounds_hold_types() {
    assert_eq!(shape!(Option<bool>), json!({"option": "bool"}));
    assert_eq!(shape!(Vec<u8>), json!({"list": "u8"}));
    assert_eq!(shape!(Pair), json!({"tuple": ["u8", "string"]}));
    assert_eq!(shape!([u16; 3]), json!({"tuple": ["u16", "u16", "u16"]}));
    assert_eq!(
        shape!(BTreeMap<String, Vec<f32>>),
        json!({"map": {"key": "string", "value": {"list": "f32"}}})
    );
}

#[test]
fn records_and_variants_carry_their_names() {
    assert_eq!(shape!(Point), point());
    assert_eq!(shape!(Box<Point>), point());
    let label = json!({"record": {"name": "Label", "fields": [
        {"name": "text", "type": "string"},
        {"name": "at", "type": {"option": point()}},
    ]}});
    assert_eq!(
        shape!(Shape),
        json!({"variant": {"name": "Shape", "cases": [
            {"name": "Empty", "type": "unit"},
            {"name": "Circle", "type": "f64"},
            {"name": "Line", "type": {"tuple": [point(), point()]}},
            {"name": "Label", "type": label},
        ]}})
    );
    assert_eq!(
        shape!(Generic<Unit>),
        json!({"record": {"name": "Generic", "fields": [
            {"name": "items", "type": {"list": "unit"}},
        ]}})
    );
}

#[test]
fn plain_bytes_declare_nothing() {
    assert_eq!(declared!(Raw, Raw), "");
    assert_eq!(declared!(Raw, u8), r#"{"input":null,"output":"u8"}"#);
}

#[test]
fn the_encodings_are_those_of_the_table() {
    fn encoded(message: impl Message) -> Vec<u8> {
        message.encode().unwrap().into_owned()
    }
    assert_eq!(encoded(300_u16), [0xac, 0x02]);
    assert_eq!(encoded([0_i32, -1, 1, -2]), [0, 1, 2, 3]);
    assert_eq!(encoded(1.0_f32), [0, 0, 0x80, 0x3f]);
    assert_eq!(encoded('é'), [2, 0xc3, 0xa9]);
    assert_eq!(encoded(Some(vec![7_u8, 8])), [1, 2, 7, 8]);
    assert_eq!(encoded(BTreeMap::from([(1_u8, true)])), [1, 1, 1]);
    assert_eq!(encoded(Shape::Circle(Metres(0.0)))[0], 1);
    assert_eq!(encoded(Shape::Empty), [0]);
}
