//! What can be launched, what cannot and why, and hot loading.

use ringhost::{Digest, Error, KernelId, KernelState, LaunchOptions, Limits, LoadError, Source};
use ringhost_tests::{
    PATIENCE, builder, component_from_core, core_kernel, echo_kernel, kernel, kernel_path, runtime,
    start,
};
use std::path::Path;
use std::time::Duration;

/// Launches the bytes and gives the error's text; nothing must be left of it.
async fn refusal(source: impl Into<Source>, options: LaunchOptions) -> (Error, String) {
    let runtime = runtime();
    let error = runtime
        .launch_with("refused", source, options)
        .await
        .unwrap_err();
    assert!(
        runtime.kernel_ids().is_empty(),
        "a failed launch leaves its name: {error}"
    );
    let text = error.to_string();
    assert!(!text.contains('\n') || text.len() < 2000, "{text}");
    (error, text)
}

async fn refused(source: impl Into<Source>) -> String {
    refusal(source, LaunchOptions::default()).await.1
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn what_is_no_component_is_refused_with_the_cause_and_the_way_out() {
    for (bytes, expected) in [
        (
            b"hello, world".to_vec(),
            "is not WebAssembly: it begins with \"hello, w\"",
        ),
        (Vec::new(), "is empty (0 bytes)"),
        (b"\0as".to_vec(), "header is cut off"),
        (b"\0asm\x63\0\x01\0".to_vec(), "of an unknown version"),
        (b"(component)".to_vec(), "is WebAssembly text"),
        (wat("(module)"), "wasm-component-ld"),
        (
            vec![0x5a; 65 << 20],
            "more than the 67108864 that are allowed",
        ),
        (
            wat("(component)"),
            "it exports nothing and lacks run: func() -> result<_, string>",
        ),
        (
            wat("(component (core func (canon task.cancel)))"),
            "asynchronous calls, which this host does not have and no kernel needs; build it \
             without them (componentize-qjs: --sync)",
        ),
    ] {
        let text = refused(bytes).await;
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn truncated_and_damaged_components_are_refused() {
    let whole = std::fs::read(kernel_path("echo")).unwrap();
    for length in [9, 100, whole.len() / 2, whole.len() - 1] {
        let text = refused(whole[..length].to_vec()).await;
        assert!(text.contains("invalid or damaged"), "{length}: {text}");
    }
    let mut damaged = whole.clone();
    for byte in &mut damaged[200..260] {
        *byte ^= 0xff;
    }
    let text = refused(damaged).await;
    assert!(text.contains("invalid or damaged"), "{text}");
}

#[tokio::test]
async fn a_component_for_another_world_is_refused_with_all_that_does_not_fit() {
    let foreign = wat(r#"(component
            (import "acme:door/bell@1.0.0" (instance))
            (import "wasi:http/types@0.2.0" (instance))
            (import "ring" (func)))"#);
    let text = refused(foreign).await;
    assert_eq!(
        text,
        "the component is not a kernel of a world of ring:kernel@0.1.0: it imports what no host of \
         kernels has (acme:door/bell@1.0.0, wasi:http/types@0.2.0, ring), and it exports nothing \
         and lacks run: func() -> result<_, string> (a loop) or handle: func(messages: \
         list<message>) -> result<list<outgoing>, string> (a handler); build it with `ringhost \
         build`, or against wit/ring-kernel.wit; `ringhost new` begins one in your language"
    );
}

#[tokio::test]
async fn a_run_of_another_type_is_refused() {
    let other = wat(r#"(component
            (core module $m (func (export "run")))
            (core instance $i (instantiate $m))
            (func (export "run") (canon lift (core func $i "run"))))"#);
    let text = refused(other).await;
    assert!(
        text.contains("it exports run, but not as run: func() -> result<_, string>"),
        "{text}"
    );
}

#[tokio::test]
async fn an_import_of_the_contract_with_another_type_is_refused() {
    let other = wat(r#"(component
            (import "ring:kernel/log@0.1.0" (instance
                (export "log" (func (param "text" string)))))
            (core module $m (memory (export "m") 1) (func (export "run") (result i32) i32.const 0))
            (core instance $i (instantiate $m))
            (func (export "run") (result (result (error string)))
                (canon lift (core func $i "run") (memory (core memory $i "m")))))"#);
    let text = refused(other).await;
    assert!(
        text.contains("does not fit this host") && text.contains("log"),
        "{text}"
    );
    assert!(
        text.contains("build it against this host's wit/ring-kernel.wit"),
        "{text}"
    );
}

#[tokio::test]
async fn paths_that_are_no_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = refused(folder.path()).await;
    assert!(text.contains("is a folder, not a component"), "{text}");
    let text = refused(folder.path().join("missing.wasm")).await;
    assert!(
        text.contains("missing.wasm") && text.contains("No such file"),
        "{text}"
    );
    let text = refused(Path::new("/dev/zero")).await;
    assert!(text.contains("no regular file"), "{text}");
    let text = refused(Source::registered("nobody")).await;
    assert!(
        text.contains("no component is registered as \"nobody\""),
        "{text}"
    );
}

#[tokio::test]
async fn names_that_no_kernel_can_have_are_refused() {
    let runtime = runtime();
    let long = "x".repeat(10 << 10);
    for (name, fault) in [
        ("", "is empty"),
        (long.as_str(), "has 10240 bytes"),
        ("a\nb", "control character as its character 2"),
        ("\u{1b}[31mred", "control character as its character 1"),
    ] {
        let errors = [
            runtime.register(name, kernel("echo")).unwrap_err(),
            runtime.launch_from(name, kernel("echo")).await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::InvalidKernelId(_)), "{error}");
            assert!(error.to_string().contains(fault), "{error}");
        }
    }
    assert!(runtime.kernel_ids().is_empty());
    let longest = "é".repeat(KernelId::MAX_BYTES / 2);
    runtime.register(&longest, kernel("echo")).unwrap();
    let error = runtime.register(&longest, kernel("echo")).unwrap_err();
    assert!(matches!(error, Error::KernelExists(_)), "{error}");
    assert!(error.to_string().contains("is taken"), "{error}");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_its_kernel_lives_on() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    let error = runtime
        .launch_from("echo", kernel("fails"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::KernelState(_)), "{error}");
    assert_eq!(
        runtime.call("echo", "alive").await.unwrap().payload,
        "alive"
    );
}

#[tokio::test]
async fn a_queue_size_of_zero_is_refused() {
    let text = "queue_size cannot be 0: a queue must hold at least one message";
    let error = builder().default_queue_size(0).build().err().unwrap();
    assert_eq!(error.to_string(), text);
    let options = LaunchOptions::default().queue_size(0);
    assert_eq!(refusal(kernel("echo"), options).await.1, text);
}

#[tokio::test]
async fn the_largest_queue_size_costs_nothing_until_it_is_filled() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(usize::MAX);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    runtime.activate("echo").await.unwrap();
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
}

#[tokio::test]
async fn an_initialiser_without_end_is_refused_by_fuel_and_does_not_hold_up_others() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    let limits = Limits {
        initialiser_fuel: 50_000_000,
        ..Limits::default()
    };
    let launch = runtime.launch_with(
        "slow",
        kernel("slow-start"),
        LaunchOptions::default().limits(limits),
    );
    let (launched, reply) = tokio::join!(launch, runtime.call_timeout("echo", "m", PATIENCE));
    assert!(reply.is_ok());
    let error = launched.unwrap_err();
    assert!(
        matches!(error, Error::Load(LoadError::InitialiserTooLong { .. })),
        "{error}"
    );
    assert!(
        error.to_string().contains("50000000 units of fuel"),
        "{error}"
    );
    assert!(runtime.state("slow").is_err());
}

#[tokio::test]
async fn an_initialiser_without_end_is_refused_by_time() {
    let limits = Limits {
        initialiser_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let limits = Limits {
        initialiser_fuel: u64::MAX,
        ..limits
    };
    let options = LaunchOptions::default().limits(limits);
    let (error, text) = refusal(kernel("slow-start"), options).await;
    assert!(
        matches!(error, Error::Load(LoadError::InitialiserTooLong { .. })),
        "{text}"
    );
    assert!(text.contains("50ms"), "{text}");
}

#[tokio::test]
async fn an_initialiser_that_traps_or_waits_is_refused() {
    let traps = core_kernel(
        1,
        "(start $start) (func $start unreachable)",
        "(i32.const 0)",
    );
    let text = refused(component_from_core(&traps)).await;
    assert!(
        text.contains("initialiser failed") && text.contains("unreachable"),
        "{text}"
    );

    let waits = core_kernel(
        1,
        r#"(import "ring:kernel/lifecycle@0.1.0" "wait-active" (func $wait (result i32)))
           (func (export "_initialize") (drop (call $wait)))"#,
        "(i32.const 0)",
    );
    let text = refused(component_from_core(&waits)).await;
    assert!(
        text.contains("called wait-active from an initialiser"),
        "{text}"
    );
}

#[tokio::test]
async fn more_memory_at_the_start_than_the_limit_is_refused() {
    let large = component_from_core(&core_kernel(100, "", "(i32.const 0)"));
    let limits = Limits {
        memory_bytes: 1 << 20,
        ..Limits::default()
    };
    let text = refusal(large, LaunchOptions::default().limits(limits))
        .await
        .1;
    assert!(
        text.contains("1048576 bytes of memory (it asked for 6553600)"),
        "{text}"
    );
}

#[tokio::test]
async fn a_fuel_slice_of_zero_is_refused() {
    let limits = Limits {
        fuel_slice: 0,
        ..Limits::default()
    };
    let text = refusal(kernel("echo"), LaunchOptions::default().limits(limits))
        .await
        .1;
    assert!(text.contains("fuel_slice cannot be 0"), "{text}");
}

#[tokio::test]
async fn a_launch_that_is_given_up_frees_the_name() {
    let runtime = builder().without_cache_folder().build().unwrap();
    let launch = runtime.launch_from("pagerank", kernel("pagerank"));
    assert!(
        tokio::time::timeout(Duration::from_millis(1), launch)
            .await
            .is_err()
    );
    assert!(runtime.kernel_ids().is_empty());
    runtime
        .launch_from("pagerank", kernel("pagerank"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_registered_kernel_that_cannot_be_launched_stays_created() {
    let runtime = runtime();
    runtime.register("bad", b"noise".to_vec()).unwrap();
    assert!(runtime.launch("bad").await.is_err());
    assert_eq!(runtime.state("bad").unwrap(), KernelState::Created);
}

#[tokio::test]
async fn a_kernel_is_loaded_while_another_works() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    let working = {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            for _ in 0..200 {
                runtime.call("echo", "m").await.unwrap();
            }
        })
    };
    let fresh = component_from_core(&core_kernel(1, "", "(i32.const 0)"));
    runtime.launch_from("fresh", fresh).await.unwrap();
    runtime.activate("fresh").await.unwrap();
    runtime.wait("fresh").await.unwrap();
    working.await.unwrap();
}

#[tokio::test]
async fn bytes_are_told_apart_by_what_is_in_them_and_by_nothing_else() {
    /// A component with this number at its end, which says nothing.
    fn numbered(number: u8) -> Vec<u8> {
        let mut bytes = echo_kernel();
        bytes.extend([0, 2, 1, b'n' + number]);
        bytes
    }
    let runtime = runtime();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kernel.wasm");
    for number in [0, 1, 0, 1, 1] {
        let bytes = numbered(number);
        std::fs::write(&path, &bytes).unwrap();
        let held = Source::bytes(bytes.clone());
        for source in [Source::path(&path), held.clone(), held] {
            let inspection = runtime.inspect(source).await.unwrap();
            assert_eq!(inspection.digest, Digest::of(&bytes));
        }
    }
}

#[tokio::test]
async fn an_inspection_tells_everything_without_running_anything() {
    let runtime = runtime();
    let doubler = runtime.inspect(kernel("doubler")).await.unwrap();
    assert!(doubler.needs.check().is_ok());
    assert!(
        doubler
            .needs
            .ring_kernel
            .contains(&"ring:kernel/messaging@0.1.0".to_owned())
    );
    assert!(doubler.needs.wasi.is_empty() && doubler.needs.unknown.is_empty());
    let bytes = std::fs::read(kernel_path("doubler")).unwrap();
    assert_eq!(doubler.digest, ringhost::Digest::of(&bytes));
    assert_eq!(doubler.component_bytes, bytes.len() as u64);
    assert!(doubler.compiled_bytes > 0 && doubler.initial_memory_bytes >= 65_536);
    let input = doubler.messages.input.unwrap().to_string();
    assert!(
        input.contains("Request") && input.contains("value: i64"),
        "{input}"
    );
    let foreign = runtime.inspect(wat("(component)")).await.unwrap();
    assert!(foreign.needs.check().is_err());
    assert!(runtime.kernel_ids().is_empty());
}

#[tokio::test]
async fn many_launches_of_one_component_at_once_all_succeed() {
    let runtime = builder().without_cache_folder().build().unwrap();
    let launches: Vec<_> = (0..32)
        .map(|number| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                let name = format!("echo {number}");
                runtime.launch_from(&name, kernel("echo")).await.unwrap();
                runtime.activate(&name).await.unwrap();
                runtime.call(&name, "m").await.unwrap();
            })
        })
        .collect();
    for launch in launches {
        launch.await.unwrap();
    }
    assert_eq!(runtime.active_kernels().len(), 32);
}
