//! Limits of the manifest that are kept at launch: the stack, the component, its compilation.

use ringhost::{
    Compiler, CompilerLimit, CompilerLimits, CompilerProcess, Ending, Error, LaunchOptions, Limit,
    Limits, LoadError, RingKernelRuntime, Source,
};
use ringhost_tests::{
    builder, component_from_core, core_kernel, kernel, kernel_path, runtime, start_with,
};

/// A kernel that calls itself so many times, and returns.
fn deep(calls: u32) -> Vec<u8> {
    component_from_core(&core_kernel(
        1,
        r"(func $deeper (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1)
                    (call $deeper (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.const 0))))",
        &format!("(drop (call $deeper (i32.const {calls}))) (i32.const 0)"),
    ))
}

fn stack(stack_bytes: usize) -> LaunchOptions {
    LaunchOptions::default().limits(Limits {
        stack_bytes,
        ..Limits::default()
    })
}

async fn run(runtime: &RingKernelRuntime, component: &[u8], options: LaunchOptions) -> Ending {
    let name = "k";
    let component = Source::bytes(component.to_vec());
    runtime.launch_with(name, component, options).await.unwrap();
    runtime.activate(name).await.unwrap();
    let ending = runtime.wait(name).await.unwrap();
    runtime.remove(name).unwrap();
    ending
}

#[tokio::test]
async fn each_kernel_has_the_stack_that_its_limits_say() {
    let runtime = runtime();
    // A frame of it takes 16 bytes at least.
    for (calls, stack_bytes) in [(4096, 65_536), (32_768, 524_288), (262_144, 4_194_304)] {
        let component = deep(calls);
        let ending = run(&runtime, &component, stack(stack_bytes)).await;
        let Ending::LimitExceeded { limit, .. } = ending else {
            panic!("{ending}");
        };
        let allowed = stack_bytes as u64;
        assert_eq!(limit, Limit::Stack { allowed });
    }
    // Frames of at most 128 bytes fit in eight times as much.
    let component = deep(4096);
    let ending = run(&runtime, &component, LaunchOptions::default()).await;
    assert_eq!(ending, Ending::Returned);
    let component = deep(32_768);
    let ending = run(&runtime, &component, stack(4 << 20)).await;
    assert_eq!(ending, Ending::Returned);
}

#[tokio::test]
async fn code_from_the_cache_or_a_compiler_s_process_runs_on_every_stack() {
    let folder = tempfile::tempdir().unwrap();
    let worker = CompilerProcess::new(env!("CARGO_BIN_EXE_compile-worker"));
    // The first compiles and the others find its code: they could compile nothing.
    for compiler in [worker, CompilerProcess::new("/bin/false")] {
        let runtime = builder()
            .cache_folder(folder.path())
            .compiler(Compiler::Process(compiler))
            .build()
            .unwrap();
        for stack_bytes in [65_536, 524_288, 4_194_304] {
            start_with(&runtime, "echo", stack(stack_bytes)).await;
            assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
            runtime.terminate("echo").await.unwrap();
            runtime.remove("echo").unwrap();
        }
    }
}

#[tokio::test]
async fn a_stack_of_another_size_is_refused() {
    let runtime = runtime();
    for stack_bytes in [0, 1, 32_768, 65_537, 100_000, 8 << 20, usize::MAX] {
        let error = runtime
            .launch_with("k", kernel("echo"), stack(stack_bytes))
            .await
            .unwrap_err();
        let expected = format!("stack_bytes cannot be {stack_bytes}: it is a power of two");
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}

#[tokio::test]
async fn a_component_over_its_launch_s_limit_is_refused() {
    let runtime = runtime();
    let bytes = std::fs::read(kernel_path("echo")).unwrap();
    let limit = bytes.len() as u64 - 1;
    let options = LaunchOptions::default().limits(Limits {
        component_bytes: limit,
        ..Limits::default()
    });
    for source in [kernel("echo"), Source::bytes(bytes.clone())] {
        let error = runtime
            .launch_with("k", source, options.clone())
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("component_bytes"), "{text}");
        assert!(
            matches!(error, Error::Load(LoadError::TooLarge { length, limit: allowed })
                if length == limit + 1 && allowed == limit),
            "{text}"
        );
    }
    let enough = Limits {
        component_bytes: limit + 1,
        ..Limits::default()
    };
    start_with(&runtime, "echo", LaunchOptions::default().limits(enough)).await;
    let too_much = Limits {
        component_bytes: Limits::COMPONENT_BYTES + 1,
        ..Limits::default()
    };
    let options = LaunchOptions::default().limits(too_much);
    let error = runtime.launch_with("k", kernel("echo"), options).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("component_bytes cannot be 67108865: it is 64 MiB"),
        "{error}"
    );
}

fn compiling(limits: CompilerLimits) -> RingKernelRuntime {
    let worker = CompilerProcess::new(env!("CARGO_BIN_EXE_compile-worker"));
    builder()
        .without_cache_folder()
        .compiler(Compiler::Process(worker.limits(limits)))
        .build()
        .unwrap()
}

/// The limit at which a launch of the echo kernel fails that may have so much code.
async fn code_limit(runtime: &RingKernelRuntime, name: &str, code_bytes: u64) -> Option<u64> {
    let options = LaunchOptions::default().compiler(CompilerLimits {
        code_bytes,
        ..CompilerLimits::default()
    });
    let launched = runtime.launch_with(name, kernel("echo"), options).await;
    match launched {
        Ok(()) => None,
        Err(Error::Load(LoadError::CompilationLimit(CompilerLimit::Code(limit)))) => Some(limit),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_launch_can_ask_for_less_than_the_compiler_s_limits_and_not_for_more() {
    let runtime = compiling(CompilerLimits::default());
    assert_eq!(code_limit(&runtime, "a", 1000).await, Some(1000));
    assert_eq!(code_limit(&runtime, "b", 512 << 20).await, None);
    // What is compiled by now is as large as before.
    assert_eq!(code_limit(&runtime, "c", 1000).await, Some(1000));
    let runtime = compiling(CompilerLimits {
        code_bytes: 500,
        ..CompilerLimits::default()
    });
    assert_eq!(code_limit(&runtime, "d", 1000).await, Some(500));
    let error = runtime.launch_from("e", kernel("echo")).await.unwrap_err();
    assert!(error.to_string().contains("more than 500 bytes"), "{error}");
}

#[tokio::test]
async fn launches_at_once_under_different_limits_get_each_its_own_verdict() {
    let runtime = compiling(CompilerLimits::default());
    let (small, default, least) = tokio::join!(
        code_limit(&runtime, "small", 1000),
        code_limit(&runtime, "default", 512 << 20),
        code_limit(&runtime, "least", 1),
    );
    assert_eq!((small, default, least), (Some(1000), None, Some(1)));
    runtime.activate("default").await.unwrap();
    assert_eq!(runtime.call("default", "m").await.unwrap().payload, "m");
}

#[tokio::test]
async fn limits_on_compiling_that_nothing_would_keep_are_refused() {
    let runtime = runtime();
    let options = LaunchOptions::default().compiler(CompilerLimits::default());
    let error = runtime.launch_with("k", kernel("echo"), options).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::InvalidOption(_)), "{error}");
    assert!(error.to_string().contains("Builder::compiler"), "{error}");
    let options = LaunchOptions::from_toml("[compiler]\ncpu_seconds = 0\n").unwrap();
    let error = compiling(CompilerLimits::default())
        .launch_with("k", kernel("echo"), options)
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("cpu_seconds of the compiler"),
        "{error}"
    );
}

#[tokio::test]
async fn instances_memories_and_tables_are_each_as_many_as_the_limit_says() {
    let runtime = runtime();
    let one_of_each = core_kernel(1, "(table 1 funcref)", "(i32.const 0)");
    let two_memories = core_kernel(1, "(memory $other 1)", "(i32.const 0)");
    let two_tables = core_kernel(1, "(table 1 funcref) (table 1 funcref)", "(i32.const 0)");
    let launch = async |core: &str, instances| {
        let limits = Limits {
            instances,
            ..Limits::default()
        };
        let component = Source::bytes(component_from_core(core));
        let options = LaunchOptions::default().limits(limits);
        runtime.launch_with("k", component, options).await
    };
    for (core, instances) in [
        (one_of_each.as_str(), 0),
        (&two_memories, 1),
        (&two_tables, 1),
    ] {
        let Err(Error::Load(LoadError::Mismatch { reason })) = launch(core, instances).await else {
            panic!("{core} was launched with {instances} instances");
        };
        let limit = format!("more than its limit of {instances} instances");
        assert!(reason.contains(&limit), "{reason}");
    }
    assert!(launch(&one_of_each, 1).await.is_ok());
}
