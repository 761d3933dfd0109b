//! What a kernel is granted: refused if it is not, and no more than that if it is.

use ringhost::{
    Ending, Error, Grant, Grants, LaunchOptions, LoadError, Randomness, RingKernelRuntime,
};
use ringhost_tests::{SCRATCH, Steps, component_from_core, core_kernel, kernel, runtime};

const CLOCKS: &str = r#"
    (import "wasi:clocks/monotonic-clock@0.2.0" "now" (func $now (result i64)))
    (import "wasi:clocks/wall-clock@0.2.0" "now" (func $date (param i32)))"#;

const RANDOM: &str = r#"
    (import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
    (import "wasi:random/insecure@0.2.0" "get-insecure-random-u64" (func $insecure (result i64)))
    (import "wasi:random/insecure-seed@0.2.0" "insecure-seed" (func $seed (param i32)))"#;

const ENVIRONMENT: &str = r#"
    (import "wasi:cli/environment@0.2.0" "get-environment" (func $environment (param i32)))
    (import "wasi:cli/environment@0.2.0" "get-arguments" (func $arguments (param i32)))
    (import "wasi:cli/environment@0.2.0" "initial-cwd" (func $folder (param i32)))"#;

const FOLDERS: &str = r#"
    (import "wasi:filesystem/preopens@0.2.0" "get-directories" (func $folders (param i32)))"#;

const NETWORK: &str = r#"
    (import "wasi:sockets/instance-network@0.2.0" "instance-network"
        (func $network (result i32)))"#;

/// A kernel that imports this and calls none of it.
fn idle(imports: &str) -> Vec<u8> {
    component_from_core(&core_kernel(1, imports, "(i32.const 0)"))
}

fn options(grants: Grants) -> LaunchOptions {
    LaunchOptions::default().grants(grants)
}

/// Runs a kernel to its end and returns what it logged.
pub(crate) async fn run(component: Vec<u8>, grants: Grants) -> Vec<String> {
    let runtime = runtime();
    start(&runtime, component, grants).await;
    assert_eq!(runtime.wait("steps").await.unwrap(), Ending::Returned);
    logged(&runtime)
}

async fn start(runtime: &RingKernelRuntime, component: Vec<u8>, grants: Grants) {
    runtime
        .launch_with("steps", component, options(grants))
        .await
        .unwrap();
    runtime.activate("steps").await.unwrap();
}

fn logged(runtime: &RingKernelRuntime) -> Vec<String> {
    let lines = runtime.log_lines("steps").unwrap();
    lines.into_iter().map(|line| line.text).collect()
}

async fn refused(component: Vec<u8>, grants: Grants) -> Error {
    runtime()
        .launch_with("refused", component, options(grants))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn each_capability_is_refused_with_the_line_that_grants_it() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = |line: &str| {
        let folder = folder.path().to_str().unwrap();
        let line = line.replace("/srv/data", folder);
        let line = line.replace("example.org:443", "127.0.0.1:443");
        LaunchOptions::from_toml(&format!("[grants]\n{line}\n")).unwrap()
    };
    for (imports, import, grant) in [
        (CLOCKS, "wasi:clocks/monotonic-clock@0.2.0", Grant::Clocks),
        (RANDOM, "wasi:random/random@0.2.0", Grant::Random),
        (
            ENVIRONMENT,
            "wasi:cli/environment@0.2.0",
            Grant::Environment,
        ),
        (FOLDERS, "wasi:filesystem/preopens@0.2.0", Grant::Folders),
        (
            NETWORK,
            "wasi:sockets/instance-network@0.2.0",
            Grant::Network,
        ),
    ] {
        let error = refused(idle(imports), Grants::default()).await;
        let text = error.to_string();
        let Error::Load(LoadError::Ungranted(ungranted)) = error else {
            panic!("{text}");
        };
        assert_eq!(ungranted.wants.len(), 1, "{text}");
        assert_eq!(ungranted.wants[0].grant, grant);
        assert!(ungranted.wants[0].imports.contains(&import.to_owned()));
        let line = grant.line();
        assert!(
            text.contains(import) && text.contains(&format!("do ({line}); the line in brackets")),
            "{text}"
        );
        // It says what programs call that leads to it.
        assert!(text.contains(grant.causes()) && text.len() < 500, "{text}");
        // The line that the error names is one that works.
        let runtime = runtime();
        runtime
            .launch_with("granted", idle(imports), manifest(line))
            .await
            .unwrap();
        let all_of_nothing = manifest("empty_world = true");
        runtime
            .launch_with("empty", idle(imports), all_of_nothing)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_refusal_names_everything_that_is_missing_and_nothing_else() {
    let imports = [CLOCKS, RANDOM, ENVIRONMENT, FOLDERS, NETWORK].concat();
    let component = idle(&imports);
    let needs = runtime().inspect(component.clone()).await.unwrap().needs;
    let wanted: Vec<_> = needs.wants.iter().map(|want| want.grant).collect();
    assert_eq!(
        wanted,
        [
            Grant::Clocks,
            Grant::Random,
            Grant::Environment,
            Grant::Folders,
            Grant::Network
        ]
    );
    let grants = Grants {
        clocks: true,
        ..Grants::default()
    };
    let text = refused(component, grants).await.to_string();
    for (count, line) in [
        (0, "clocks = true"),
        (0, "log = true"),
        (1, "random = \"system\""),
        (1, "environment = ["),
        (1, "folders = ["),
        (1, "network = ["),
        (1, "empty_world = true"),
    ] {
        assert_eq!(text.matches(line).count(), count, "{line} in {text}");
    }
}

#[tokio::test]
async fn a_refusal_stays_short_whatever_the_imports_are_called() {
    let versions = (0..900).map(|patch| {
        format!(
            "(import \"wasi:random/a{}@0.2.{patch}\" (instance (export \"b\" (func))))",
            "-and-so-on".repeat(40)
        )
    });
    let text = format!(
        "(component {}
            (core module $m (func (export \"run\") (result i32) (i32.const 0))
                (memory (export \"memory\") 1))
            (core instance $i (instantiate $m))
            (func (export \"run\") (result (result (error string)))
                (canon lift (core func $i \"run\") (memory (core memory $i \"memory\")))))",
        versions.collect::<String>()
    );
    let error = refused(wat::parse_str(text).unwrap(), Grants::default()).await;
    let text = error.to_string();
    assert!(
        matches!(error, Error::Load(LoadError::Ungranted(_))),
        "{text}"
    );
    assert!(text.len() < 2000 && text.contains("and 897 more"), "{text}");
}

#[tokio::test]
async fn one_that_imports_nearly_all_has_an_engine_in_it_and_is_told_how_that_is_left_out() {
    let imports = [CLOCKS, RANDOM, ENVIRONMENT, FOLDERS].concat();
    let text = refused(idle(&imports), Grants::default()).await.to_string();
    assert!(
        text.contains("--stub-wasi of componentize-py and componentize-qjs"),
        "{text}"
    );
    // What a program calls says nothing there.
    assert!(!text.contains(Grant::Clocks.causes()), "{text}");
    assert!(text.len() < 800, "{text}");
}

#[tokio::test]
async fn an_interface_that_is_imported_for_its_types_wants_nothing() {
    // As whoever uses files or sockets imports the clocks, for the types of dates and durations.
    let text = r#"(component
        (import "wasi:clocks/wall-clock@0.2.0" (instance
            (type $date (record (field "seconds" u64) (field "nanoseconds" u32)))
            (export "datetime" (type (eq $date)))))
        (import "wasi:filesystem/types@0.2.0" (instance (export "descriptor" (type (sub resource)))))
        (core module $m (func (export "run") (result i32) (i32.const 0))
            (memory (export "memory") 1))
        (core instance $i (instantiate $m))
        (func (export "run") (result (result (error string)))
            (canon lift (core func $i "run") (memory (core memory $i "memory")))))"#;
    let component = wat::parse_str(text).unwrap();
    let needs = runtime().inspect(component.clone()).await.unwrap().needs;
    assert_eq!((needs.wasi.len(), needs.wants.len()), (2, 0));
    assert!(run(component, Grants::default()).await.is_empty());
}

#[tokio::test]
async fn a_kernel_of_the_contract_alone_needs_no_grant_but_the_log() {
    let runtime = runtime();
    runtime.launch_from("echo", kernel("echo")).await.unwrap();
    let silent = Grants {
        log: false,
        ..Grants::default()
    };
    let text = refused_by_name(&runtime, "logs", silent).await;
    assert!(
        text.contains(
            "ring:kernel/log@0.1.0, as a log's lines and an SDK's prints do (log = true)"
        ),
        "{text}"
    );
}

async fn refused_by_name(runtime: &RingKernelRuntime, name: &str, grants: Grants) -> String {
    runtime
        .launch_with(name, kernel(name), options(grants))
        .await
        .unwrap_err()
        .to_string()
}

#[tokio::test]
async fn without_a_log_words_go_nowhere() {
    let mut steps = Steps::default();
    let line = steps.text("to standard output\n");
    let component = steps
        .log("to the log", "(i32.const 1)")
        .then(&format!(
            "(call $pair {line}) (drop (call $write (i32.const 1) (i32.const {SCRATCH})
                (i32.const 1) (i32.const {})))",
            SCRATCH + 16
        ))
        .component(&format!(
            r#"(import "wasi_snapshot_preview1" "fd_write"
                (func $write (param i32 i32 i32 i32) (result i32)))
            (func $pair (param i32 i32)
                (i32.store (i32.const {SCRATCH}) (local.get 0))
                (i32.store offset=4 (i32.const {SCRATCH}) (local.get 1)))"#
        ));
    let grants = |log| Grants {
        log,
        empty_world: true,
        ..Grants::default()
    };
    let lines = run(component.clone(), grants(true)).await;
    assert_eq!(lines, ["to the log 1", "to standard output"]);
    assert!(run(component, grants(false)).await.is_empty());
}

fn clock_steps() -> Vec<u8> {
    Steps::default()
        .then(&format!("(call $date (i32.const {SCRATCH}))"))
        .log_long("date", &format!("(i64.load (i32.const {SCRATCH}))"))
        // A second of computing would be too long a test; a wait takes its time, too.
        .then("(call $block (call $wait (i64.const 2000000)))")
        .log_long("now", "(call $now)")
        .component(&format!(
            r#"{CLOCKS}
            (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration"
                (func $wait (param i64) (result i32)))
            (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))"#
        ))
}

fn number(line: &str, name: &str) -> u64 {
    let (told, number) = line.rsplit_once(' ').unwrap();
    assert_eq!(told, name);
    number.parse().unwrap()
}

#[tokio::test]
async fn granted_clocks_go_and_those_of_an_empty_world_stand_still() {
    let begun = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let grants = Grants {
        clocks: true,
        ..Grants::default()
    };
    let lines = run(clock_steps(), grants).await;
    assert!(number(&lines[0], "date") >= begun.as_secs());
    assert!(number(&lines[1], "now") >= 2_000_000);

    let begun = std::time::Instant::now();
    let empty = Grants {
        empty_world: true,
        ..Grants::default()
    };
    assert_eq!(run(clock_steps(), empty).await, ["date 0", "now 0"]);
    assert!(begun.elapsed().as_millis() >= 2);
}

fn random_steps() -> Vec<u8> {
    Steps::default()
        .log_long("random", "(call $random)")
        .log_long("random", "(call $random)")
        .log_long("insecure", "(call $insecure)")
        .then(&format!("(call $seed (i32.const {SCRATCH}))"))
        .log_long("seed", &format!("(i64.load (i32.const {SCRATCH}))"))
        .log_long(
            "seed",
            &format!("(i64.load offset=8 (i32.const {SCRATCH}))"),
        )
        .component(RANDOM)
}

async fn random(randomness: Randomness) -> Vec<String> {
    let grants = Grants {
        random: Some(randomness),
        ..Grants::default()
    };
    run(random_steps(), grants).await
}

#[tokio::test]
async fn a_seed_gives_the_same_random_bytes_on_every_run_and_the_system_others() {
    let of_seed = random(Randomness::Seed(42)).await;
    assert_eq!(random(Randomness::Seed(42)).await, of_seed);
    let others = [
        random(Randomness::Seed(43)).await,
        random(Randomness::System).await,
        random(Randomness::System).await,
    ];
    let mut numbers: Vec<_> = others.iter().flatten().chain(&of_seed).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 20, "{numbers:?}");
    // What a seed gives must not change from one release to the next. These are the first bytes of
    // ChaCha20 with the key 42, computed by another implementation: of its streams 0, 1 and 2.
    assert_eq!(
        of_seed,
        [
            "random 7702011131394881055",
            "random 13036653568135486562",
            "insecure 11814960771034878669",
            "seed 11733372828987312463",
            "seed 2144733512207774277",
        ]
    );
}

#[tokio::test]
async fn of_the_environment_only_what_is_named_and_set_is_seen() {
    // Cargo sets both for tests.
    let name = "CARGO_PKG_NAME";
    assert!(std::env::var_os(name).is_some() && std::env::var_os("PATH").is_some());
    let at = |offset: u32| format!("(i32.load offset={offset} (i32.const {SCRATCH}))");
    let component = Steps::default()
        .then(&format!("(call $environment (i32.const {SCRATCH}))"))
        .log("variables", &at(4))
        // The first of the list: the name, and the value.
        .then(&format!(
            "(call $log (i32.const 2) (i32.load {list}) (i32.load offset=4 {list}))
            (call $log (i32.const 2) (i32.load offset=8 {list}) (i32.load offset=12 {list}))",
            list = at(0)
        ))
        .then(&format!("(call $arguments (i32.const {SCRATCH}))"))
        .log("arguments", &at(4))
        .then(&format!("(call $folder (i32.const {SCRATCH}))"))
        .log("folder", &format!("(i32.load8_u (i32.const {SCRATCH}))"))
        .component(ENVIRONMENT);
    let grants = Grants {
        environment: [name, "RINGHOST_NOBODY_SETS_THIS", name]
            .map(str::to_owned)
            .to_vec(),
        ..Grants::default()
    };
    assert_eq!(
        run(component, grants).await,
        [
            "variables 1",
            name,
            "ringhost-tests",
            "arguments 0",
            "folder 0"
        ]
    );
}

#[tokio::test]
async fn grants_that_cannot_be_meant_are_refused_by_name() {
    let many = format!("network = [{}]", "\"127.0.0.1:80\", ".repeat(65));
    for (grants, expected) in [
        (&*many, "grants.network cannot be a list of 65"),
        (
            "environment = [\"A=B\"]",
            "grants.environment cannot be \"A=B\": a variable's name",
        ),
        ("environment = [\"\"]", "grants.environment cannot be \"\""),
        ("network = [\"example.org\"]", "grants.network cannot be"),
        ("network = [\"example.org:0\"]", "grants.network cannot be"),
        (
            "network = [\"example.org:65536\"]",
            "grants.network cannot be",
        ),
        (
            "network = [\"::1:80\"]",
            "grants.network cannot be \"::1:80\"",
        ),
        ("network = [\"a b:80\"]", "grants.network cannot be"),
        ("network = [\"*:80\"]", "grants.network cannot be"),
        ("network = [\":80\"]", "grants.network cannot be"),
    ] {
        let options = LaunchOptions::from_toml(&format!("[grants]\n{grants}\n")).unwrap();
        let error = runtime()
            .launch_with("refused", kernel("echo"), options)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::InvalidOption(_)), "{error}");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
