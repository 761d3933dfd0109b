use super::*;
use crate::ProgramError;

fn module(text: &str) -> Result<Program, ProgramError> {
    Program::of_module(&wat::parse_str(text).unwrap())
}

fn refusal(text: &str) -> String {
    module(text).unwrap_err().to_string()
}

#[test]
fn what_a_marked_function_reaches_is_taken_out_of_a_component_and_nothing_else() {
    let component = wat::parse_str(
        r#"(component
            (core module)
            (component (core module $kernel
                (import "host" "log" (func $log))
                (memory (export "memory") 3)
                (global $unused (mut i64) (i64.const 1))
                (global $scale f32 (f32.const 2))
                (data (i32.const 8) "table")
                (func $logs (call $log))
                (func $helper (param f32) (result f32) (f32.mul (local.get 0) (global.get $scale)))
                (func (export "compute:double") (param i32 i32)
                    (f32.store (local.get 1) (call $helper (f32.load (local.get 1)))))
                (func (export "other") (call $logs)))))"#,
    )
    .unwrap();
    let program = Program::of_component(&component).unwrap().unwrap();
    assert_eq!(program.functions().len(), 1);
    assert_eq!(program.functions()[0].name, "double");
    let outline = Outline::of(program.module()).unwrap();
    assert!(outline.imports.is_empty());
    assert_eq!(outline.bodies.len(), 2);
    assert_eq!(outline.globals.len(), 1);
    assert_eq!(outline.data.len(), 1);
    assert_eq!(outline.memories[0].initial, 3);
    assert!(outline.memories[0].shared);
    // What was taken out is a program itself, the same one.
    let again = Program::of_module(program.module()).unwrap();
    assert_eq!(again.module(), program.module());
    assert_eq!(again.functions(), program.functions());
}

#[test]
fn a_component_that_marks_nothing_has_no_program() {
    let component = wat::parse_str("(component (core module (func (export \"f\"))))").unwrap();
    assert!(Program::of_component(&component).unwrap().is_none());
}

#[test]
fn a_panic_does_not_drag_in_what_reports_it() {
    let program = module(
        r#"(module (import "host" "log" (func $log)) (memory 1)
            (func $panic (call $log) (unreachable))
            (func (export "compute:f") (param i32)
                (if (i32.gt_u (local.get 0) (i32.const 9)) (then (call $panic) (unreachable)))))"#,
    )
    .unwrap();
    let outline = Outline::of(program.module()).unwrap();
    assert_eq!((outline.imports.len(), outline.bodies.len()), (0, 1));
}

#[test]
fn only_functions_of_a_type_that_is_called_come_with_a_table() {
    let program = module(
        r#"(module (import "host" "log" (func $log (param i64)))
            (table 8 funcref) (elem (i32.const 2) $log $one $two)
            (type $called (func (param i32) (result i32)))
            (func $one (param i32) (result i32) (local.get 0))
            (func $two (param i64) (call $log (local.get 0)))
            (func (export "compute:f") (param i32)
                (drop (call_indirect (type $called) (local.get 0) (local.get 0)))))"#,
    )
    .unwrap();
    let outline = Outline::of(program.module()).unwrap();
    assert_eq!((outline.bodies.len(), outline.tables.len()), (2, 1));
}

#[test]
fn the_stack_pointer_is_known_by_its_name_or_by_what_is_done_with_it() {
    let text = |name: &str, frame: &str| {
        format!(
            r#"(module (memory 1) (global $first (mut i32) (i32.const 7))
                (global {name} (mut i32) (i32.const 65536))
                (func (export "compute:f") (param i32) (local i32)
                    (global.set $first (i32.const 1))
                    (local.set 1 (global.get 1) {frame}) (global.set 1 (local.get 1))))"#
        )
    };
    let is_found = |text: &str| {
        let program = module(text).unwrap();
        let outline = Outline::of(program.module()).unwrap();
        outline.named_stack_pointer == Some(1)
    };
    assert!(is_found(&text("", "i32.const 16 i32.sub")));
    assert!(is_found(&text("", "i32.const -16 i32.add")));
    assert!(is_found(&text("$__stack_pointer", "i32.const 2 i32.mul")));
    assert!(!is_found(&text("", "i32.const 2 i32.mul")));
}

#[test]
fn what_cannot_be_taken_out_is_refused_with_the_function_and_the_reason() {
    for (text, expected) in [
        (
            r#"(import "a" "b" (func $b)) (func (export "compute:f") (param i32) (call $b))"#,
            "`f` cannot be taken out of the kernel: it calls the import `b` of `a`",
        ),
        (
            r#"(memory 1) (func $grow (drop (memory.grow (i32.const 1))))
            (func (export "compute:f") (param i32) (call $grow))"#,
            "its function `grow` uses memory.grow",
        ),
        (
            r#"(func (export "compute:f") (param i64))"#,
            "`f` is of type (func (param i64))",
        ),
        (
            r#"(func (export "compute:f") (param i32) (result i32) (local.get 0))"#,
            "and it returns nothing",
        ),
        (
            r#"(memory i64 1) (func (export "compute:f") (param i32))"#,
            "not of 32 bits",
        ),
        (
            r#"(memory 1) (memory 1) (func (export "compute:f") (param i32))"#,
            "several memories",
        ),
        (
            r#"(import "a" "g" (global $g i32)) (func (export "compute:f") (param i32)
                (drop (global.get $g)))"#,
            "it uses the global 0",
        ),
        (
            r#"(func $f (export "compute:f") (param i32) (return_call $f (local.get 0)))"#,
            "tail calls",
        ),
        (
            r#"(func (export "compute:f") (param i32)
                (drop (f32x4.relaxed_min (v128.const i64x2 0 0) (v128.const i64x2 0 0))))"#,
            "what no device has",
        ),
        (r#"(func (export "f") (param i32))"#, "`compute:NAME`"),
    ] {
        let error = refusal(&format!("(module {text})"));
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    let good = wat::parse_str(r#"(module (func (export "compute:f") (param i32)))"#).unwrap();
    for end in 0..good.len() {
        assert!(Program::of_module(&good[..end]).is_err());
        assert!(!matches!(Program::of_component(&good[..end]), Ok(Some(_))));
    }
}

#[test]
fn a_program_of_more_than_the_host_takes_is_refused() {
    let long = "(drop (i32.const 123456))".repeat(40_000);
    let error = refusal(&format!(
        r#"(module (func (export "compute:f") (param i32) {long}))"#
    ));
    assert!(
        error.contains("bytes of code in one function, and 65536 is the most"),
        "{error}"
    );
    let error = refusal(
        r#"(module (table 10000000 funcref) (type $t (func)) (func (export "compute:f") (param i32)
            (call_indirect (type $t) (local.get 0))))"#,
    );
    assert!(error.contains("10000000 table elements"), "{error}");
    let loops = "(loop)".repeat(1001);
    let error = refusal(&format!(
        r#"(module (func (export "compute:f") (param i32) {loops}))"#
    ));
    assert!(
        error.contains("1001 loops and calls in one function, and 1000 is the most"),
        "{error}"
    );
    let locals = "i64 ".repeat(5000);
    let error = refusal(&format!(
        r#"(module (func (export "compute:f") (param i32) (local {locals})))"#
    ));
    assert!(error.contains("5000 locals"), "{error}");
}

#[test]
fn the_section_says_names_roles_elements_and_fuel() {
    let text = |line: &str| {
        format!(
            r#"(module (memory 1) (@custom "ring:compute" "{line}\n")
                (func (export "compute:saxpy") (param i32 f32 i32 i32)))"#
        )
    };
    let program = module(&text("saxpy fuel=9 a:value:f32 x:in:f32 y:inout:f32")).unwrap();
    let saxpy = program.function("saxpy").unwrap();
    assert_eq!(saxpy.fuel, Some(9));
    let x = &saxpy.parameters[1];
    assert_eq!(
        (x.name.as_deref(), x.role, x.element),
        (Some("x"), Role::In, Some(Element::F32))
    );
    for (line, reason) in [
        ("other", "no function is exported as `compute:other`"),
        ("saxpy a:value", "3 parameters beside the item, and not 1"),
        ("saxpy a:in x:in y:in", "`a:in` is not an i32"),
        ("saxpy a:value x:into y:in", "`x:into` has no role"),
        ("saxpy a:value:f16 x:in y:in", "`f16` is no type of element"),
        ("saxpy fuel=-1", "`-1` is no number"),
    ] {
        let error = refusal(&text(line));
        assert!(error.contains(reason), "{error}");
    }
}
