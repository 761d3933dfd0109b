//! A value with a part of every type that messages can have, as the kernels `mirror` declare it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Everything {
    flag: bool,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    f32: f32,
    f64: f64,
    letter: char,
    text: String,
    raw: Vec<u8>,
    nothing: (),
    maybe: Option<u32>,
    doubly: Option<Option<i16>>,
    perhaps: Option<()>,
    numbers: Vec<i32>,
    octets: Vec<u8>,
    texts: Vec<String>,
    flags: Vec<bool>,
    units: Vec<()>,
    maybes: Vec<Option<String>>,
    pair: (u8, char),
    alone: (i16,),
    empty: (),
    scores: BTreeMap<String, i64>,
    ranks: BTreeMap<u16, Vec<String>>,
    places: BTreeMap<Point, f64>,
    point: Point,
    choices: Vec<Choice>,
    r#type: String,
    r#fn: Option<Choice>,
    wide: (u128, i128),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Choice {
    Nothing,
    Number(u64),
    Pair(i32, String),
    Point(Point),
    Rank { top: u8, class: String },
    Texts(Vec<String>),
}

impl Everything {
    /// Zeroes, and nothing where there can be nothing.
    pub fn least() -> Self {
        Self {
            flag: false,
            u8: 0,
            u16: 0,
            u32: 0,
            u64: 0,
            i8: i8::MIN,
            i16: i16::MIN,
            i32: i32::MIN,
            i64: i64::MIN,
            f32: -0.0,
            f64: f64::NEG_INFINITY,
            letter: '\0',
            text: String::new(),
            raw: Vec::new(),
            nothing: (),
            maybe: None,
            doubly: None,
            perhaps: None,
            numbers: Vec::new(),
            octets: Vec::new(),
            texts: Vec::new(),
            flags: Vec::new(),
            units: Vec::new(),
            maybes: Vec::new(),
            pair: (0, '\u{7f}'),
            alone: (0,),
            empty: (),
            scores: BTreeMap::new(),
            ranks: BTreeMap::new(),
            places: BTreeMap::new(),
            point: Point { x: 0, y: 0 },
            choices: Vec::new(),
            r#type: String::new(),
            r#fn: None,
            wide: (0, i128::MIN),
        }
    }

    /// Something everywhere. Of floats no change of one byte makes what is not a number, whose bits a
    /// language need not keep; and each map has one entry, for only some languages keep their order.
    pub fn plain() -> Self {
        Self {
            flag: true,
            u8: 200,
            u16: 300,
            u32: 70_000,
            u64: 5_000_000_000,
            i8: -100,
            i16: -300,
            i32: -70_000,
            i64: -5_000_000_000,
            f32: 2.0,
            f64: 2.0,
            letter: 'ß',
            text: "a ring, größer".into(),
            raw: vec![0, 128, 255],
            nothing: (),
            maybe: Some(300),
            doubly: Some(None),
            perhaps: Some(()),
            numbers: vec![1, -1, 1000],
            octets: vec![9, 8],
            texts: vec!["one".into(), String::new()],
            flags: vec![true, false],
            units: vec![(), ()],
            maybes: vec![None, Some("some".into())],
            pair: (7, '\u{1F980}'),
            alone: (-5,),
            empty: (),
            scores: [("first".into(), -9)].into(),
            ranks: [(500, vec!["r".into()])].into(),
            places: [(Point { x: -1, y: 2 }, 2.0)].into(),
            point: Point { x: 1, y: -2 },
            choices: vec![
                Choice::Nothing,
                Choice::Number(128),
                Choice::Pair(-3, "p".into()),
                Choice::Point(Point { x: 3, y: 4 }),
                Choice::Rank {
                    top: 5,
                    class: "c".into(),
                },
                Choice::Texts(vec!["t".into()]),
            ],
            r#type: "t".into(),
            r#fn: Some(Choice::Number(1)),
            wide: (1 << 100, -(1 << 100)),
        }
    }

    /// How long its integers of 128 bits are, which come last.
    pub fn wide_length(&self) -> usize {
        ringhost::message::encode(&self.wide).unwrap().len()
    }

    /// The same with so many units, which take no bytes.
    pub fn with_units(mut self, count: usize) -> Self {
        self.units = vec![(); count];
        self
    }

    /// The largest numbers, and much of what there can be much of.
    pub fn most() -> Self {
        Self {
            flag: true,
            u8: u8::MAX,
            u16: u16::MAX,
            u32: u32::MAX,
            u64: u64::MAX,
            i8: i8::MAX,
            i16: i16::MAX,
            i32: i32::MAX,
            i64: i64::MAX,
            f32: f32::MAX,
            f64: f64::MIN_POSITIVE,
            letter: char::MAX,
            text: "ß\0\u{1F980}".repeat(1000),
            raw: (0..=255).cycle().take(3000).collect(),
            nothing: (),
            maybe: Some(u32::MAX),
            doubly: Some(Some(-1)),
            perhaps: Some(()),
            numbers: (-500..500).collect(),
            octets: vec![255; 200],
            texts: (0..200).map(|text| text.to_string()).collect(),
            flags: [true, false, false].repeat(50),
            units: vec![(); 65_536],
            maybes: vec![None; 150],
            pair: (255, '\u{D7FF}'),
            alone: (i16::MAX,),
            empty: (),
            scores: (0..200).map(|at| (format!("ä{at}"), -at)).collect(),
            ranks: (0..200)
                .map(|at| (at * 300, vec![at.to_string()]))
                .collect(),
            places: (0..20)
                .map(|at| (Point { x: at, y: -at }, f64::from(at) / 3.0))
                .collect(),
            point: Point {
                x: i32::MAX,
                y: i32::MIN,
            },
            choices: vec![
                Choice::Rank {
                    top: 255,
                    class: "class".into(),
                };
                300
            ],
            r#type: "type".into(),
            r#fn: Some(Choice::Nothing),
            wide: (u128::MAX, i128::MAX),
        }
    }
}
