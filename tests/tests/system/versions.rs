//! Kernels that were built against the contract in another version than the host's.

use ringhost::{ContractError, Ending, Error, LoadError, RingKernelRuntime};
use ringhost_tests::{
    CONTRACT_IMPORTS, HANDLER_IMPORTS, component_from_core, component_of_contract, core_handler,
    core_kernel, handler_from_core, root, runtime,
};
use wit_parser::{Resolve, WorldItem};

/// The contract as it would be in this version, with these functions more in `lifecycle`.
fn contract(version: &str, more: &str) -> String {
    let here = std::fs::read_to_string(root().join("wit/ring-kernel.wit")).unwrap();
    here.replace("ring:kernel@0.1.0", &format!("ring:kernel@{version}"))
        .replace(
            "interface lifecycle {",
            &format!("interface lifecycle {{ {more}"),
        )
}

/// A loop that calls this function of `lifecycle`, logs a word, and returns.
fn kernel_of(version: &str, more: &str, function: &str) -> Vec<u8> {
    let imports = format!(
        r#"(import "ring:kernel/lifecycle@{version}" "{function}" (func $ask (result i32)))
        (import "ring:kernel/log@{version}" "log" (func $log (param i32 i32 i32)))
        (data (i32.const 16) "here")"#
    );
    let run = "(drop (call $ask)) (call $log (i32.const 2) (i32.const 16) (i32.const 4)) \
               (i32.const 0)";
    let text = core_kernel(1, &imports, run);
    component_of_contract(&contract(version, more), "kernel", &text)
}

const SPARE: &str = "is-spare: func() -> bool;";

async fn refused(runtime: &RingKernelRuntime, component: Vec<u8>) -> (ContractError, String) {
    let inspection = runtime.inspect(component.clone()).await.unwrap();
    let error = runtime.launch_from("k", component).await.unwrap_err();
    let text = error.to_string();
    let Error::Load(LoadError::Contract(error)) = error else {
        panic!("{text}");
    };
    assert_eq!(inspection.needs.check(), Err(error.clone()));
    (error, text)
}

#[tokio::test]
async fn one_for_a_newer_contract_is_refused_with_what_is_newer_and_the_way_out() {
    let runtime = runtime();
    for (version, function, newer) in [
        (
            "0.2.0",
            "is-active",
            &["ring:kernel/lifecycle@0.2.0", "ring:kernel/log@0.2.0"][..],
        ),
        (
            "1.0.0",
            "is-spare",
            &["ring:kernel/lifecycle@1.0.0", "ring:kernel/log@1.0.0"],
        ),
        // The same version but for its last number: only what was added to it is missing.
        (
            "0.1.1",
            "is-spare",
            &["is-spare of ring:kernel/lifecycle@0.1.1"],
        ),
    ] {
        let (error, text) = refused(&runtime, kernel_of(version, SPARE, function)).await;
        assert_eq!(error.needs.newer, newer, "{text}");
        let expected = format!("it is made for a newer contract ({})", newer.join(", "));
        assert!(text.contains(&expected), "{text}");
        let way_out = "use a newer ringhost, or build it with the SDK of this one";
        assert!(text.ends_with(way_out), "{text}");
    }
}

#[tokio::test]
async fn one_for_an_older_contract_is_refused_and_is_to_be_built_anew() {
    let (error, text) = refused(&runtime(), kernel_of("0.0.9", "", "is-active")).await;
    assert_eq!(error.needs.older.len(), 2, "{text}");
    assert!(
        text.ends_with("build it with the SDK of this ringhost"),
        "{text}"
    );
}

#[tokio::test]
async fn a_function_that_no_contract_has_in_this_version_is_named() {
    let (error, text) = refused(&runtime(), kernel_of("0.1.0", SPARE, "is-spare")).await;
    assert!(error.needs.newer.is_empty(), "{text}");
    let unknown = "what no host of kernels has (is-spare of ring:kernel/lifecycle@0.1.0)";
    assert!(text.contains(unknown), "{text}");
}

#[tokio::test]
async fn one_of_a_later_version_that_asks_for_nothing_new_runs() {
    let runtime = runtime();
    let component = kernel_of("0.1.7", SPARE, "is-active");
    runtime.launch_from("later", component).await.unwrap();
    runtime.activate("later").await.unwrap();
    assert_eq!(runtime.wait("later").await.unwrap(), Ending::Returned);
    let lines = runtime.log_lines("later").unwrap();
    assert_eq!(
        lines.into_iter().map(|line| line.text).collect::<Vec<_>>(),
        ["here"]
    );
}

/// A handler whose state is the text `here`, of the contract in this version.
fn stateful(version: &str) -> Vec<u8> {
    let text = format!(
        r#"(module (memory (export "memory") 1)
            (data (i32.const 16) "here")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
            (func (export "handle") (param i32 i32) (result i32) (i32.const 0))
            (func (export "ring:kernel/state@{version}#snapshot") (result i32)
                (i32.store (i32.const 68) (i32.const 16))
                (i32.store (i32.const 72) (i32.const 4))
                (i32.const 64))
            (func (export "ring:kernel/state@{version}#restore") (param i32 i32) (result i32)
                (i32.const 0)))"#
    );
    component_of_contract(&contract(version, ""), "stateful-handler", &text)
}

#[tokio::test]
async fn a_state_is_taken_out_by_a_later_version_and_not_passed_over_in_a_newer_one() {
    let runtime = runtime();
    runtime
        .launch_from("later", stateful("0.1.7"))
        .await
        .unwrap();
    runtime.activate("later").await.unwrap();
    assert_eq!(runtime.snapshot("later").await.unwrap(), "here");
    let (error, text) = refused(&runtime, stateful("0.2.0")).await;
    let state = "ring:kernel/state@0.2.0".to_owned();
    assert!(error.needs.newer.contains(&state), "{text}");
}

#[tokio::test]
async fn a_handler_receives_by_no_later_version_either() {
    let text = r#"(component
        (import "ring:kernel/messaging@0.1.7" (instance (export "receive" (func))))
        (instance $handle) (export "handle" (instance $handle)))"#;
    let (error, text) = refused(&runtime(), wat::parse_str(text).unwrap()).await;
    assert!(error.needs.newer.is_empty(), "{text}");
    let conflict = "it exports handle and imports receive of ring:kernel/messaging@0.1.7";
    assert!(text.contains(conflict), "{text}");
}

#[tokio::test]
async fn a_refusal_stays_short_however_much_is_asked_for() {
    let asked: String = (0..5000)
        .map(|number| format!(r#"(export "{}{number}" (func))"#, "a".repeat(200)))
        .collect();
    let text = format!(r#"(component (import "ring:kernel/lifecycle@0.1.1" (instance {asked})))"#);
    let (error, text) = refused(&runtime(), wat::parse_str(text).unwrap()).await;
    assert_eq!(error.needs.newer.len(), 5000);
    assert!(
        text.contains("and 4992 more") && text.len() < 3000,
        "{text}"
    );
}

#[tokio::test]
async fn a_long_version_is_kept_once_and_not_with_every_function() {
    let asked: String = (0..5000)
        .map(|number| format!(r#"(export "a{number}" (func))"#))
        .collect();
    let version = format!("0.1.1+{}", "a".repeat(90_000));
    let text =
        format!(r#"(component (import "ring:kernel/lifecycle@{version}" (instance {asked})))"#);
    let (error, text) = refused(&runtime(), wat::parse_str(text).unwrap()).await;
    assert!(
        error.needs.newer.iter().all(|name| name.len() < 200),
        "{text}"
    );
    assert!(text.len() < 3000, "{text}");
}

#[tokio::test]
async fn the_host_knows_every_function_of_the_contract() {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(root().join("wit")).unwrap();
    let imports = [CONTRACT_IMPORTS, HANDLER_IMPORTS].concat();
    for world in ["kernel", "handler"] {
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        for item in resolve.worlds[world].imports.values() {
            let WorldItem::Interface { id, .. } = item else {
                continue;
            };
            for function in resolve.interfaces[*id].functions.keys() {
                assert!(imports.contains(&format!("\"{function}\"")), "{function}");
            }
        }
    }
    for component in [
        component_from_core(&core_kernel(1, CONTRACT_IMPORTS, "(i32.const 0)")),
        handler_from_core(&core_handler(1, "", "(i32.const 0)")),
    ] {
        let needs = runtime().inspect(component).await.unwrap().needs;
        assert_eq!(needs.check(), Ok(()));
    }
}
