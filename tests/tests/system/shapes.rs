//! Which shape a component is of, and what is of none.

use ringhost::{Error, LoadError, Shape};
use ringhost_tests::{component_of_world, kernel, runtime};

/// A core module with these exports beside a memory.
fn module(imports: &str, exports: &str) -> String {
    format!(
        r#"(module {imports} (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
            {exports})"#
    )
}

const RUN: &str = r#"(func (export "run") (result i32) (i32.const 0))"#;

const HANDLE: &str = r#"(func (export "handle") (param i32 i32) (result i32) (i32.const 0))"#;

/// The world of these items.
fn world(items: &str) -> String {
    format!(
        "package test:shapes; world kernel {{
            use ring:kernel/types@0.1.0.{{message, outgoing}};
            {items}
        }}"
    )
}

const EXPORTS_RUN: &str = "export run: func() -> result<_, string>;";

const EXPORTS_HANDLE: &str =
    "export handle: func(messages: list<message>) -> result<list<outgoing>, string>;";

async fn refused(items: &str, module: &str) -> String {
    let component = component_of_world(&world(items), module);
    let error = runtime().launch_from("k", component).await.unwrap_err();
    assert!(
        matches!(error, Error::Load(LoadError::Contract(_))),
        "{error}"
    );
    error.to_string()
}

#[tokio::test]
async fn a_component_of_both_shapes_is_refused_with_the_choice() {
    let items = format!("{EXPORTS_RUN} {EXPORTS_HANDLE}");
    let text = refused(&items, &module("", &format!("{RUN} {HANDLE}"))).await;
    assert!(text.contains("it exports both run and handle"), "{text}");
}

#[tokio::test]
async fn a_program_with_a_main_function_is_refused_as_one() {
    let items = "export wasi:cli/run@0.2.0; } package wasi:cli@0.2.0 { \
                 interface run { run: func() -> result; }";
    let main = r#"(func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.const 0))"#;
    let text = refused(items, &module("", main)).await;
    assert!(
        text.contains("it exports wasi:cli/run@0.2.0 and lacks run: func()"),
        "{text}"
    );
    assert!(
        text.contains("it is a program with a main function"),
        "{text}"
    );
}

#[tokio::test]
async fn a_handler_that_would_receive_is_refused() {
    let items = format!("import ring:kernel/messaging@0.1.0; {EXPORTS_HANDLE}");
    for (function, parameters) in [
        ("receive", "i32 i64 i32"),
        ("receive-batch", "i32 i32 i64 i32"),
    ] {
        let import = format!(
            r#"(import "ring:kernel/messaging@0.1.0" "{function}" (func (param {parameters})))"#
        );
        let text = refused(&items, &module(&import, HANDLE)).await;
        assert!(
            text.contains(&format!("imports {function} of ring:kernel/messaging")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_loop_has_no_state_to_export() {
    let items = format!("{EXPORTS_RUN} export ring:kernel/state@0.1.0;");
    let state = r#"
        (func (export "ring:kernel/state@0.1.0#snapshot") (result i32) (i32.const 0))
        (func (export "ring:kernel/state@0.1.0#restore") (param i32 i32) (result i32)
            (i32.const 0))"#;
    let text = refused(&items, &module("", &format!("{RUN} {state}"))).await;
    assert!(
        text.contains("it exports ring:kernel/state@0.1.0, which is never called in a loop"),
        "{text}"
    );
}

#[tokio::test]
async fn a_handle_of_another_type_is_refused() {
    let expected = "it exports handle, but not as handle: func(messages: list<message>) -> \
         result<list<outgoing>, string>";
    for handle in [
        "export handle: func() -> result<list<outgoing>, string>;",
        "export handle: func(messages: list<outgoing>) -> result<list<outgoing>, string>;",
        "export handle: func(messages: list<message>) -> result<list<message>, string>;",
        "export handle: func(messages: list<message>) -> result<list<outgoing>, u8>;",
        "export handle: func(messages: list<message>) -> result<_, string>;",
        "export handle: func(messages: list<message>, more: u8) -> result<list<outgoing>, string>;",
    ] {
        let parameters = match handle {
            handle if handle.contains("more") => "i32 i32 i32",
            handle if handle.contains("func()") => "",
            _ => "i32 i32",
        };
        let export =
            format!(r#"(func (export "handle") (param {parameters}) (result i32) (i32.const 0))"#);
        let text = refused(handle, &module("", &export)).await;
        assert!(text.contains(expected), "{handle}: {text}");
    }
}

/// A handler that exports this function as all that its state has.
fn with_state_of(function: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (type $bands (enum "low" "normal" "high" "urgent"))
            (export $priority "priority" (type $bands))
            (type $in (record (field "id" u64) (field "correlation" u64)
                (field "priority" $priority) (field "payload" (list u8))))
            (export $message "message" (type $in))
            (type $out (record (field "payload" (list u8)) (field "correlation" (option u64))
                (field "priority" (option $priority))))
            (export $outgoing "outgoing" (type $out))
            (core module $m
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
                (func (export "handle") (param i32 i32) (result i32) (i32.const 0))
                (func (export "none") (result i32) (i32.const 0)))
            (core instance $i (instantiate $m))
            (func (export "handle") (param "messages" (list $message))
                (result (result (list $outgoing) (error string)))
                (canon lift (core func $i "handle") (memory $i "memory")
                    (realloc (func $i "realloc"))))
            (func $f {function}
                (canon lift (core func $i "none") (memory $i "memory")
                    (realloc (func $i "realloc"))))
            (instance $state (export "snapshot" (func $f)))
            (export "ring:kernel/state@0.1.0" (instance $state)))"#
    );
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn a_state_that_lacks_something_is_refused() {
    for (function, missing) in [
        (
            "(result (result (list u8) (error string)))",
            &["restore"][..],
        ),
        ("(result (result (error string)))", &["snapshot", "restore"]),
    ] {
        let component = with_state_of(function);
        let error = runtime().launch_from("k", component).await.unwrap_err();
        let Error::Load(LoadError::Contract(error)) = error else {
            panic!("{error}")
        };
        let names = error.needs.missing.iter();
        let names: Vec<_> = names.filter_map(|name| name.split(':').next()).collect();
        assert_eq!(names, missing, "{error}");
    }
}

#[tokio::test]
async fn the_shape_is_told_without_running_anything() {
    for (name, shape) in [
        ("echo", Shape::Loop),
        ("handler-echo", Shape::Handler),
        ("counter", Shape::StatefulHandler),
    ] {
        let inspection = runtime().inspect(kernel(name)).await.unwrap();
        assert_eq!(inspection.needs.shape, Some(shape), "{name}");
    }
}
