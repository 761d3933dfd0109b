//! What an author is told of a declaration that is wrong, and what is made of one that is right.

use super::{files, parse::parse};
use crate::project::Language;
use std::iter;

fn refused(text: &str) -> String {
    format!("{:#}", parse(text).unwrap_err())
}

/// As the input's type.
fn refused_type(text: &str) -> String {
    refused(&format!(r#"{{"input": {text}}}"#))
}

#[test]
fn what_is_no_json_is_told_with_line_and_column() {
    let error = refused("{\n  \"input\": \"i64\",,\n}");
    assert!(error.starts_with("it is not JSON: "), "{error}");
    assert!(error.ends_with("at line 2 column 18"), "{error}");
    let deep = "[".repeat(60_000);
    assert!(refused(&deep).contains("not JSON"));
}

#[test]
fn a_key_that_is_there_twice_is_told_with_line_and_column() {
    let error = refused("{\n  \"input\": \"i64\",\n  \"input\": \"u8\"\n}");
    let expected = "the key \"input\" is there twice: keep one of the two at line 3 column 9";
    assert_eq!(error, expected);
    let error = refused_type(r#"{"record": {"name": "A", "fields": [], "name": "B"}}"#);
    assert!(
        error.starts_with("the key \"name\" is there twice"),
        "{error}"
    );
    let numbers = refused("[1, -1, 1.5, true, null]");
    assert!(numbers.contains("found an array"), "{numbers}");
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_would_be_right() {
    for (declared, expected) in [
        (r#""int""#, r#"input: there is no type "int": write "i64""#),
        (r#""I64""#, r#"input: there is no type "I64": write "i64""#),
        (
            r#"{"list": "str"}"#,
            r#"input.list: there is no type "str": write "string""#,
        ),
        (
            r#"{"seq": "u8"}"#,
            r#"input.seq: there is no type "seq": there are bool, "#,
        ),
        (
            "7",
            r#"input: expected a type, as "i64" or {"list": "i64"}, found a number"#,
        ),
        (
            r#"{"tuple": ["u8", null]}"#,
            "input.tuple[1]: expected a type, ",
        ),
        (
            r#"{"tuple": "u8"}"#,
            "input.tuple: expected an array, found a string",
        ),
        ("{}", "input: a type that is an object has one key, "),
        (
            r#"{"map": {"key": "u8"}}"#,
            r#"input.map: the key "value" is missing"#,
        ),
        (
            r#"{"record": {"name": "R", "fields": [{"name": "a", "type": "u8"}, {"name": "b", "typ": "u8"}]}}"#,
            r#"input.record.fields[1]: there is no key "typ": the keys are ["name", "type"]"#,
        ),
        (
            r#"{"record": {"name": "R", "fields": [{"name": "a"}]}}"#,
            r#"input.record.fields[0]: the key "type" is missing"#,
        ),
        (
            r#"{"record": {"name": "R", "fields": [{"name": "a", "type": "u8"}, {"name": "a", "type": "u8"}]}}"#,
            r#"input.record.fields[1].name: the name "a" is there before"#,
        ),
        (
            r#"{"record": {"name": "my type", "fields": []}}"#,
            r#"input.record.name: "my type" is no name in every language"#,
        ),
        (
            r#"{"record": {"name": "R", "fields": [{"name": "größe", "type": "u8"}]}}"#,
            r#"input.record.fields[0].name: "größe" is no name"#,
        ),
        (
            r#"{"record": {"name": 7, "fields": []}}"#,
            "input.record.name: a name is a string",
        ),
        (
            r#"{"variant": {"name": "V", "cases": []}}"#,
            "input.variant.cases: a variant without cases has no values",
        ),
    ] {
        let error = refused_type(declared);
        assert!(error.starts_with(expected), "{declared}: {error}");
    }
    for (declared, expected) in [
        (
            "[]",
            r#"the whole: expected {"input": TYPE, "output": TYPE}, found an array"#,
        ),
        (
            r#"{"inputs": "u8"}"#,
            r#"the whole: there is no key "inputs""#,
        ),
        (r#"{"input": null}"#, r#"it declares nothing: give "input""#),
    ] {
        let error = refused(declared);
        assert!(error.starts_with(expected), "{declared}: {error}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let lists = |levels: usize| {
        let opening: String = iter::repeat_n(r#"{"list": "#, levels).collect();
        format!(r#"{{"input": {opening}"u16"{}}}"#, "}".repeat(levels))
    };
    assert!(parse(&lists(31)).is_ok());
    assert!(refused(&lists(32)).contains("types nest deeper than 32 levels"));
    assert!(refused(&lists(5000)).contains("not JSON: recursion limit exceeded"));
    assert!(refused(&" ".repeat(70_000)).contains("70000 bytes, and a host reads at most 65536"));
}

#[test]
fn two_types_that_differ_have_two_names() {
    let record = |field: &str| {
        format!(r#"{{"record": {{"name": "R", "fields": [{{"name": "{field}", "type": "u8"}}]}}}}"#)
    };
    let both = |one: &str, other: &str| {
        let declared = format!(
            r#"{{"input": {}, "output": {}}}"#,
            record(one),
            record(other)
        );
        files(&parse(&declared).unwrap(), Language::Python)
    };
    assert!(both("a", "a").is_ok());
    let error = both("a", "b").unwrap_err().to_string();
    assert!(
        error.contains(r#"two types that differ are called "R": R { a: u8 } and R { b: u8 }"#),
        "{error}"
    );
    // `Input` is what an input without a name is called.
    let taken = r#"{"input": "u8", "output": {"record": {"name": "Input", "fields": []}}}"#;
    assert!(files(&parse(taken).unwrap(), Language::C).is_err());
}

#[test]
fn a_type_of_many_parts_is_made_in_every_language() {
    let field =
        |at: usize| format!(r#"{{"name": "f{at}", "type": {{"option": {{"list": "i16"}}}}}}"#);
    let fields: Vec<_> = (0..900).map(field).collect();
    let declared = format!(
        r#"{{"input": {{"record": {{"name": "Wide", "fields": [{}]}}}}}}"#,
        fields.join(",")
    );
    let messages = parse(&declared).unwrap();
    for language in Language::ALL {
        let files = files(&messages, language).unwrap();
        let is_there = files.is_empty()
            || files
                .iter()
                .any(|(_, text)| text.to_lowercase().contains("f899"));
        assert!(is_there, "{language}");
    }
}

#[test]
fn a_language_that_lacks_a_type_says_so() {
    let messages = parse(r#"{"input": {"list": "u128"}}"#).unwrap();
    let error = files(&messages, Language::Go).unwrap_err().to_string();
    assert!(
        error.starts_with("Go has no integers of 128 bits"),
        "{error}"
    );
    assert!(files(&messages, Language::C).is_ok());
}
