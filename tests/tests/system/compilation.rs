//! Components that are compiled in a process of their own: what that costs whom, and how it fails.

use ringhost::{
    Compiler, CompilerLimit, CompilerLimits, CompilerProcess, Error, LaunchOptions, Limits,
    LoadError, RingKernelRuntime, Tier,
};
use ringhost_tests::{PATIENCE, builder, eventually, kernel, kernel_path, start, start_with};
use rustix::io::{FdFlags, fcntl_setfd};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The worker of the tests, with an argument by which its processes can be found.
fn worker(mark: &str) -> CompilerProcess {
    let mut process = CompilerProcess::new(env!("CARGO_BIN_EXE_compile-worker"));
    process.arguments.push(mark.into());
    process
}

/// A runtime that compiles everything anew with this program.
fn compiling_with(process: CompilerProcess) -> RingKernelRuntime {
    builder()
        .without_cache_folder()
        .compiler(Compiler::Process(process))
        .build()
        .unwrap()
}

/// The processes of such a worker that are alive.
fn processes(mark: &str) -> Vec<u32> {
    let of_mark = |process: &u32| {
        let arguments = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        arguments
            .split(|byte| *byte == 0)
            .nth(1)
            .is_some_and(|first| first == mark.as_bytes())
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(of_mark)
        .collect()
}

/// A valid component that is small and hard to compile: every variable that changes in the
/// innermost loop is a variable of every loop around it.
fn bomb() -> Vec<u8> {
    const VARIABLES: usize = 1500;
    const LOOPS: usize = 1500;
    let mut text = "(component (core module (func (local".to_owned();
    text += &" i64".repeat(VARIABLES);
    text += ")";
    text += &" loop".repeat(LOOPS);
    for variable in 0..VARIABLES {
        let _ = write!(
            text,
            " local.get {variable} i64.const 1 i64.add local.set {variable}"
        );
    }
    text += &" local.get 0 i32.wrap_i64 br_if 0 end".repeat(LOOPS);
    text += ")))";
    wat::parse_str(text).unwrap()
}

/// Launches the bomb beside an honest kernel, which must keep answering meanwhile.
async fn limit_hit(mark: &str, limits: CompilerLimits) -> (CompilerLimit, String) {
    let runtime = compiling_with(worker(mark).limits(limits));
    // Compiled within the same limits.
    start(&runtime, "echo").await;
    let launch = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.launch_from("bomb", bomb()).await })
    };
    let mut answers = 0;
    while !launch.is_finished() || answers == 0 {
        let reply = runtime.call_timeout("echo", "m", PATIENCE).await.unwrap();
        assert_eq!(reply.payload, "m");
        answers += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let error = launch.await.unwrap().unwrap_err();
    let text = error.to_string();
    let Error::Load(LoadError::CompilationLimit(limit)) = error else {
        panic!("{text}");
    };
    assert!(runtime.state("bomb").is_err(), "it leaves its name: {text}");
    eventually("the compiler is gone", || processes(mark).is_empty()).await;
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
    (limit, text)
}

#[tokio::test]
async fn a_compile_bomb_is_stopped_by_memory() {
    let limits = CompilerLimits {
        memory_bytes: 256 << 20,
        ..CompilerLimits::default()
    };
    let (limit, text) = limit_hit("memory-bomb", limits).await;
    assert_eq!(limit, CompilerLimit::Memory(256 << 20));
    assert!(
        text.contains("268435456 bytes of memory (memory_bytes"),
        "{text}"
    );
    assert!(text.contains("raise that limit"), "{text}");
}

#[tokio::test]
async fn a_compile_bomb_is_stopped_by_processor_time() {
    let limits = CompilerLimits {
        cpu_seconds: 1,
        memory_bytes: 16 << 30,
        ..CompilerLimits::default()
    };
    let (limit, text) = limit_hit("cpu-bomb", limits).await;
    assert_eq!(limit, CompilerLimit::Cpu(1));
    assert!(
        text.contains("1 s of processor time (cpu_seconds"),
        "{text}"
    );
}

#[tokio::test]
async fn a_compiler_that_never_answers_is_stopped_by_the_clock() {
    let mut process = CompilerProcess::new("/bin/sleep");
    process.arguments.push("1000.5".into());
    process.limits.wall_seconds = 1;
    let error = compiling_with(process)
        .launch_from("echo", kernel("echo"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Load(LoadError::CompilationLimit(CompilerLimit::Wall(1)))
        ),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("1 s from start to answer (wall_seconds"),
        "{error}"
    );
    eventually("it is gone", || processes("1000.5").is_empty()).await;
}

#[tokio::test]
async fn more_code_than_is_allowed_is_not_taken() {
    let mut process = worker("much-code");
    process.limits.code_bytes = 1000;
    let error = compiling_with(process)
        .launch_from("echo", kernel("echo"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Load(LoadError::CompilationLimit(CompilerLimit::Code(1000)))
        ),
        "{error}"
    );
}

#[tokio::test]
async fn every_kind_of_kernel_runs_that_was_compiled_in_a_process() {
    let runtime = compiling_with(worker("kinds"));
    for name in ["echo", "fails"] {
        start(&runtime, name).await;
    }
    let dense = LaunchOptions::default().tier(Tier::Dense);
    start_with(&runtime, "echo-plain", dense).await;
    let reply = runtime.call("echo-plain", "m").await.unwrap();
    assert_eq!(reply.payload, "m");
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
    let process = runtime.inspect(kernel("pagerank")).await.unwrap();
    let here = builder().without_cache_folder().build().unwrap();
    assert_eq!(here.inspect(kernel("pagerank")).await.unwrap(), process);
}

#[tokio::test]
async fn what_is_invalid_is_refused_with_the_words_of_the_process_itself() {
    let whole = std::fs::read(kernel_path("echo")).unwrap();
    let mut damaged = whole.clone();
    for byte in &mut damaged[200..260] {
        *byte ^= 0xff;
    }
    let ill_typed = wat::parse_str("(component (core module (func (result i32) i64.const 0)))");
    let here = builder().without_cache_folder().build().unwrap();
    let process = compiling_with(worker("invalid"));
    for bytes in [
        whole[..whole.len() / 2].to_vec(),
        damaged,
        ill_typed.unwrap(),
        b"noise".to_vec(),
        Vec::new(),
    ] {
        let expected = here.launch_from("k", bytes.clone()).await.unwrap_err();
        let error = process.launch_from("k", bytes).await.unwrap_err();
        assert_eq!(error.to_string(), expected.to_string());
    }
}

#[tokio::test]
async fn a_compiler_that_is_killed_is_told_and_the_next_launch_is_whole() {
    let runtime = compiling_with(worker("victim"));
    let launch = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.launch_from("bomb", bomb()).await })
    };
    eventually("it compiles", || !processes("victim").is_empty()).await;
    for process in processes("victim") {
        let process = process.to_string();
        let killed = Command::new("kill").args(["-KILL", &process]).status();
        assert!(killed.unwrap().success());
    }
    let error = launch.await.unwrap().unwrap_err();
    assert!(
        matches!(error, Error::Load(LoadError::CompilerDied { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("signal: 9 (SIGKILL)"), "{error}");
    start(&runtime, "echo").await;
}

#[tokio::test]
async fn a_launch_that_is_given_up_ends_its_compiler() {
    let runtime = compiling_with(worker("given-up"));
    let launch = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.launch_from("bomb", bomb()).await })
    };
    eventually("it compiles", || !processes("given-up").is_empty()).await;
    launch.abort();
    eventually("it is gone", || processes("given-up").is_empty()).await;
    assert!(runtime.kernel_ids().is_empty());
}

#[tokio::test]
async fn the_same_bytes_are_compiled_by_one_process_however_many_ask() {
    let runtime = compiling_with(worker("once"));
    let launches: Vec<_> = (0..8)
        .map(|number| {
            let runtime = runtime.clone();
            let name = format!("bomb {number}");
            tokio::spawn(async move { runtime.launch_from(&name, bomb()).await })
        })
        .collect();
    eventually("it compiles", || !processes("once").is_empty()).await;
    // Time for others to start, if there were any.
    for _ in 0..20 {
        assert!(processes("once").len() <= 1);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for launch in &launches {
        launch.abort();
    }
    eventually("it is gone", || processes("once").is_empty()).await;
}

/// Compiles and runs a kernel over the cache; `/bin/false` can compile nothing.
async fn echo_over(folder: &Path, compiler: Compiler) {
    let runtime = builder()
        .cache_folder(folder)
        .compiler(compiler)
        .build()
        .unwrap();
    start(&runtime, "echo").await;
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
}

#[tokio::test]
async fn the_cache_is_the_same_for_both_ways_to_compile() {
    let no_compiler = || Compiler::Process(CompilerProcess::new("/bin/false"));
    let folder = tempfile::tempdir().unwrap();
    echo_over(folder.path(), Compiler::InProcess).await;
    echo_over(folder.path(), no_compiler()).await;

    let folder = tempfile::tempdir().unwrap();
    echo_over(folder.path(), Compiler::Process(worker("cache"))).await;
    echo_over(folder.path(), no_compiler()).await;
}

/// The refusal of a launch with such a program.
async fn unusable(process: CompilerProcess) -> String {
    let error = compiling_with(process)
        .launch_from("echo", kernel("echo"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Load(LoadError::CompilerUnusable { .. } | LoadError::CompilerDied { .. })
        ),
        "{error}"
    );
    error.to_string()
}

fn shell(script: &str) -> CompilerProcess {
    let mut process = CompilerProcess::new("/bin/sh");
    process.arguments.extend(["-c".into(), script.into()]);
    process
}

#[tokio::test]
async fn a_program_that_is_no_compiler_is_told() {
    let text = unusable(CompilerProcess::new("/no/such/program")).await;
    assert!(
        text.contains("a process of /no/such/program") && text.contains("No such file"),
        "{text}"
    );
    let text = unusable(shell("echo welcome to my program")).await;
    assert!(text.contains("ringhost::compile_worker"), "{text}");
    let text = unusable(shell("echo it is late >&2; exit 3")).await;
    assert!(
        text.contains("exit status: 3; it said \"it is late\""),
        "{text}"
    );
    // An answer with the right frame and code that is none.
    let text = unusable(shell(
        r"printf 'ringcode\000\004\000\000\000\000\000\000\000code'",
    ))
    .await;
    assert!(text.contains("its code does not fit this host"), "{text}");
}

#[tokio::test]
async fn a_program_that_does_not_know_its_role_starts_no_further_ones() {
    let text = unusable(worker("unaware")).await;
    assert!(
        text.contains("this process is itself a compiler of a host"),
        "{text}"
    );
}

#[tokio::test]
async fn as_many_compilers_run_at_once_as_there_are_processors() {
    const MARK: &str = "1000.75";
    let processors = std::thread::available_parallelism().unwrap().get();
    let mut process = CompilerProcess::new("/bin/sleep");
    process.arguments.push(MARK.into());
    let runtime = compiling_with(process);
    let launches: Vec<_> = (0..processors + 3)
        .map(|number| {
            let runtime = runtime.clone();
            let name = format!("kernel {number}");
            let mut bytes = std::fs::read(kernel_path("echo")).unwrap();
            bytes.extend(number.to_le_bytes());
            tokio::spawn(async move { runtime.launch_from(&name, bytes).await })
        })
        .collect();
    eventually("all processors compile", || {
        processes(MARK).len() >= processors
    })
    .await;
    // Time for more to start, if there were any.
    for _ in 0..20 {
        assert_eq!(processes(MARK).len(), processors);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for launch in &launches {
        launch.abort();
    }
    eventually("they are gone", || processes(MARK).is_empty()).await;
}

/// What a compiler is given beside its three pipes, told by a program that is none.
#[tokio::test]
async fn a_compiler_gets_nothing_of_the_host() {
    // A file that every program would inherit.
    let secret = tempfile::tempfile().unwrap();
    fcntl_setfd(&secret, FdFlags::empty()).unwrap();
    let script = "\
        [ \"$(pwd)\" = / ] || { echo folder >&2; exit 1; }
        [ -z \"$HOME$CARGO_MANIFEST_DIR\" ] || { echo environment >&2; exit 1; }
        for file in /proc/$$/fd/*; do
            case $(readlink $file) in pipe:*|'') ;; *) readlink $file >&2; exit 1;; esac
        done
        [ \"$(ulimit -c)\" = 0 ] && [ \"$(ulimit -f)\" = 0 ] || { echo limits >&2; exit 1; }
        echo all is well >&2; exit 1";
    let text = unusable(shell(script)).await;
    assert!(text.contains("it said \"all is well\""), "{text}");
}

#[tokio::test]
async fn limits_within_which_nothing_could_be_compiled_are_refused() {
    type Change = fn(&mut CompilerLimits);
    let changes: [(&str, Change); 5] = [
        ("memory_bytes", |limits| limits.memory_bytes = 0),
        ("memory_bytes", |limits| {
            limits.memory_bytes = (64 << 20) - 1;
        }),
        ("cpu_seconds", |limits| limits.cpu_seconds = 0),
        ("wall_seconds", |limits| limits.wall_seconds = 0),
        ("code_bytes", |limits| limits.code_bytes = 0),
    ];
    for (name, change) in changes {
        let mut process = worker("refused");
        change(&mut process.limits);
        let compiler = Compiler::Process(process);
        let error = builder().compiler(compiler).build().err().unwrap();
        assert!(matches!(error, Error::InvalidOption(_)), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[tokio::test]
async fn the_largest_component_fits_through_the_pipe() {
    // Valid, and padded with a custom section of the component to the very limit.
    let mut component = std::fs::read(kernel_path("echo")).unwrap();
    let room = Limits::COMPONENT_BYTES as usize - component.len();
    // A section is its number, its length in five bytes of LEB128, and a name of no bytes.
    let length = room - 6;
    component.push(0);
    for shift in 0..5 {
        let more = if shift < 4 { 0x80 } else { 0 };
        component.push(((length >> (7 * shift)) as u8 & 0x7f) | more);
    }
    component.resize(Limits::COMPONENT_BYTES as usize, 0);
    let runtime = compiling_with(worker("largest"));
    runtime.launch_from("echo", component).await.unwrap();
    runtime.activate("echo").await.unwrap();
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
}
