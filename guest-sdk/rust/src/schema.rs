//! How a component declares the messages of its kernel.
//!
//! A kernel with typed messages carries a custom section named `ring:messages` in its core module.
//! Its content is one JSON object in UTF-8:
//!
//! ```json
//! {"input": T, "output": T}
//! ```
//!
//! A side whose messages are plain bytes is `null`. A component without the section, or with an
//! empty one, declares nothing: both sides are plain bytes. The declaration is for tools; a host
//! carries the bytes without reading it.
//!
//! `T` is one of
//!
//! | T | values | encoding |
//! |---|---|---|
//! | `"bool"` | false, true | one byte, 0 or 1 |
//! | `"u8"`, `"i8"` | integers | one byte |
//! | `"u16"` `"u32"` `"u64"` `"u128"` | integers | varint: 7 bits a byte, lowest first, the top bit set on all but the last |
//! | `"i16"` `"i32"` `"i64"` `"i128"` | integers | zigzag (0, -1, 1, -2, ..), then varint |
//! | `"f32"` `"f64"` | IEEE 754 | 4 or 8 bytes, little endian |
//! | `"char"` | one Unicode scalar | as a string of that one character |
//! | `"string"` | text | its length in bytes as a varint, then UTF-8 |
//! | `"bytes"` | bytes | their count as a varint, then they |
//! | `"unit"` | one value | nothing |
//! | `{"option":T}` | none, or a T | a byte 0, or a byte 1 and the T |
//! | `{"list":T}` | any number of T | their count as a varint, then each |
//! | `{"tuple":[T,..]}` | one of each, by place | each in turn |
//! | `{"map":{"key":T,"value":T}}` | pairs | their count as a varint, then key and value of each |
//! | `{"record":{"name":S,"fields":[{"name":S,"type":T},..]}}` | one of each, by name | each in turn |
//! | `{"variant":{"name":S,"cases":[{"name":S,"type":T},..]}}` | one of the cases | the case's number from 0 as a varint, then its T |
//!
//! where `S` is a string: the name in the author's source. The encoding is
//! [postcard's](https://postcard.jamesmunns.com/wire-format). A list of `"u8"` and `"bytes"` are
//! encoded alike, and a reader may treat them alike.
//!
//! From Rust: a newtype struct is the type within, a tuple struct is a tuple, a unit struct is a
//! unit, an array is a tuple. A unit case has the type `"unit"`, a case around one value that
//! value's type, a case around several a tuple, and a case with fields a record that has the
//! case's name. `usize` and `isize`, whose size differs between machines, are in no message.
//!
//! The declaration is written by the compiler, which walks the types' schema once to measure the
//! JSON and again to fill an array of that length. A type that contains itself has no end and
//! cannot be declared: `#[message]` says so, and where the circle goes through several types, the
//! compiler does ("cycle detected").

mod text;

use postcard_schema::schema::{DataModelType, DataModelVariant, NamedType, NamedValue};
use text::Text;

type Side = Option<&'static NamedType>;

/// How many bytes the declaration of these two sides has; zero where both are plain bytes.
pub(crate) const fn length(input: Side, output: Side) -> usize {
    Text::<0>::empty().declaration(input, output).length()
}

/// The declaration of these two sides. `LENGTH` is what [`length`] says of them.
pub(crate) const fn declaration<const LENGTH: usize>(input: Side, output: Side) -> [u8; LENGTH] {
    Text::empty().declaration(input, output).bytes()
}

impl<const LENGTH: usize> Text<LENGTH> {
    const fn declaration(mut self, input: Side, output: Side) -> Self {
        if input.is_some() || output.is_some() {
            self.push("{\"input\":");
            self.side(input);
            self.push(",\"output\":");
            self.side(output);
            self.push("}");
        }
        self
    }

    const fn side(&mut self, side: Side) {
        match side {
            Some(schema) => self.schema(schema),
            None => self.push("null"),
        }
    }

    const fn schema(&mut self, schema: &NamedType) {
        match schema.ty {
            DataModelType::Bool => self.push("\"bool\""),
            DataModelType::I8 => self.push("\"i8\""),
            DataModelType::U8 => self.push("\"u8\""),
            DataModelType::I16 => self.push("\"i16\""),
            DataModelType::I32 | DataModelType::Isize => self.push("\"i32\""),
            DataModelType::I64 => self.push("\"i64\""),
            DataModelType::I128 => self.push("\"i128\""),
            DataModelType::U16 => self.push("\"u16\""),
            DataModelType::U32 | DataModelType::Usize => self.push("\"u32\""),
            DataModelType::U64 => self.push("\"u64\""),
            DataModelType::U128 => self.push("\"u128\""),
            DataModelType::F32 => self.push("\"f32\""),
            DataModelType::F64 => self.push("\"f64\""),
            DataModelType::Char => self.push("\"char\""),
            DataModelType::String => self.push("\"string\""),
            DataModelType::ByteArray => self.push("\"bytes\""),
            DataModelType::Unit | DataModelType::UnitStruct => self.push("\"unit\""),
            DataModelType::Option(inner) => self.wrapped("{\"option\":", inner),
            DataModelType::NewtypeStruct(inner) => self.schema(inner),
            DataModelType::Seq(element) => self.wrapped("{\"list\":", element),
            DataModelType::Tuple(elements) | DataModelType::TupleStruct(elements) => {
                self.tuple(elements);
            }
            DataModelType::Map { key, val } => {
                self.push("{\"map\":{\"key\":");
                self.schema(key);
                self.push(",\"value\":");
                self.schema(val);
                self.push("}}");
            }
            DataModelType::Struct(fields) => self.record(schema.name, fields),
            DataModelType::Enum(cases) => {
                self.push("{\"variant\":{\"name\":");
                self.quote(schema.name);
                self.push(",\"cases\":[");
                let mut index = 0;
                while index < cases.len() {
                    self.separate(index);
                    self.case(cases[index].name, cases[index].ty);
                    index += 1;
                }
                self.push("]}}");
            }
            DataModelType::Schema => panic!("a schema cannot be part of a message"),
        }
    }

    const fn case(&mut self, name: &str, content: &DataModelVariant) {
        self.push("{\"name\":");
        self.quote(name);
        self.push(",\"type\":");
        match content {
            DataModelVariant::UnitVariant => self.push("\"unit\""),
            DataModelVariant::NewtypeVariant(inner) => self.schema(inner),
            DataModelVariant::TupleVariant(elements) => self.tuple(elements),
            DataModelVariant::StructVariant(fields) => self.record(name, fields),
        }
        self.push("}");
    }

    const fn record(&mut self, name: &str, fields: &[&NamedValue]) {
        self.push("{\"record\":{\"name\":");
        self.quote(name);
        self.push(",\"fields\":[");
        let mut index = 0;
        while index < fields.len() {
            self.separate(index);
            self.push("{\"name\":");
            self.quote(fields[index].name);
            self.wrapped(",\"type\":", fields[index].ty);
            index += 1;
        }
        self.push("]}}");
    }

    const fn tuple(&mut self, elements: &[&NamedType]) {
        self.push("{\"tuple\":[");
        let mut index = 0;
        while index < elements.len() {
            self.separate(index);
            self.schema(elements[index]);
            index += 1;
        }
        self.push("]}");
    }

    const fn wrapped(&mut self, opening: &str, inner: &NamedType) {
        self.push(opening);
        self.schema(inner);
        self.push("}");
    }

    const fn separate(&mut self, index: usize) {
        if index > 0 {
            self.push(",");
        }
    }
}
