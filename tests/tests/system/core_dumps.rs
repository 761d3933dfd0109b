//! What a kernel that trapped leaves for a debugger.

use ringhost::{Aftermath, CoreDumps, Ending, LaunchOptions, Restart, RingKernelRuntime};
use ringhost_tests::{PATIENCE, builder, eventually, kernel};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wasmparser::{Data, KnownCustom, Parser, Payload};

fn runtime(core_dumps: CoreDumps) -> RingKernelRuntime {
    builder().core_dumps(core_dumps).build().unwrap()
}

/// Has a kernel panic with a message.
async fn panic(runtime: &RingKernelRuntime, id: &str, message: &str) -> Ending {
    runtime.launch_from(id, kernel("panics")).await.unwrap();
    runtime.activate(id).await.unwrap();
    runtime.send(id, message).await.unwrap();
    tokio::time::timeout(PATIENCE, runtime.wait(id))
        .await
        .expect("it ends")
        .unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

/// What a reader of WebAssembly finds in a core dump.
#[derive(Default)]
struct Read {
    name: String,
    instances: usize,
    modules: usize,
    frames: Vec<u32>,
    memory: Vec<u8>,
}

fn read(path: &Path) -> Read {
    let bytes = std::fs::read(path).unwrap();
    let mut read = Read::default();
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.unwrap() {
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::CoreDump(core) => read.name = core.name.to_owned(),
                KnownCustom::CoreDumpInstances(all) => read.instances = all.instances.len(),
                KnownCustom::CoreDumpModules(all) => read.modules = all.modules.len(),
                KnownCustom::CoreDumpStack(stack) => {
                    read.frames = stack.frames.iter().map(|frame| frame.funcidx).collect();
                }
                _ => {}
            },
            Payload::DataSection(section) => {
                for segment in section {
                    let Data { data, .. } = segment.unwrap();
                    read.memory.extend_from_slice(data);
                }
            }
            _ => {}
        }
    }
    read
}

#[tokio::test]
async fn a_trap_leaves_a_core_dump_that_tools_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(CoreDumps::in_folder(folder.path().join("made/by/the/host")));
    let ending = panic(&runtime, "panics", "a needle in the memory").await;
    let report = runtime.death_report("panics").unwrap().unwrap();
    let path = report.core_dump.clone().expect("there is a core dump");
    assert!(path.ends_with("made/by/the/host/panics-1.coredump"));
    assert!(report.to_string().contains("panics-1.coredump"), "{report}");
    // The ending is what it is without.
    let Ending::Trapped(trap) = ending else {
        panic!("{ending}")
    };
    assert!(trap.message.unwrap().contains("a needle in the memory"));

    let core = read(&path);
    assert_eq!(core.name, "panics");
    assert!(core.modules > 0 && core.instances > 0);
    assert_eq!(core.frames.len(), trap.backtrace.len());
    let needle = b"a needle in the memory";
    let found = core
        .memory
        .windows(needle.len())
        .any(|window| window == needle);
    assert!(found, "the kernel's memory is in the core dump");

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "what a kernel held is its operator's");
    }
}

#[tokio::test]
async fn only_traps_leave_core_dumps_and_only_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let dumps = runtime(CoreDumps::in_folder(folder.path()));
    for name in ["fails", "returns"] {
        dumps.launch_from(name, kernel(name)).await.unwrap();
        dumps.activate(name).await.unwrap();
        dumps.wait(name).await.unwrap();
        assert_eq!(dumps.death_report(name).unwrap().unwrap().core_dump, None);
    }
    assert!(files(folder.path()).is_empty());
    let none = ringhost_tests::runtime();
    panic(&none, "panics", "m").await;
    assert_eq!(
        none.death_report("panics").unwrap().unwrap().core_dump,
        None
    );
}

#[tokio::test]
async fn core_dumps_stay_in_their_folder_and_only_the_newest_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.txt");
    std::fs::write(&foreign, "not a core dump").unwrap();
    let keep = 2;
    let dumps = CoreDumps {
        keep,
        ..CoreDumps::in_folder(folder.path())
    };
    let runtime = runtime(dumps);
    for id in ["../../up", "/absolute", "snow ☃ and .. dots"] {
        panic(&runtime, id, "m").await;
        let path = runtime.death_report(id).unwrap().unwrap().core_dump;
        assert_eq!(path.unwrap().parent(), Some(folder.path()), "{id}");
    }
    let mut names: Vec<_> = files(folder.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names.len(), keep + 1, "{names:?}");
    assert!(names.contains(&"foreign.txt".to_owned()), "{names:?}");
    assert!(names.contains(&"snow___and____dots-1.coredump".to_owned()));
}

#[tokio::test]
async fn a_kernel_that_is_started_again_leaves_one_for_each_death() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(CoreDumps::in_folder(folder.path()));
    let backoff = Duration::from_millis(1);
    let restart = Restart {
        backoff,
        budget: 1,
        ..Restart::on_failure()
    };
    let options = LaunchOptions::default().restart(restart);
    runtime
        .launch_with("panics", kernel("panics"), options)
        .await
        .unwrap();
    runtime.activate("panics").await.unwrap();
    for death in 1..=2 {
        runtime.send("panics", "m").await.unwrap();
        eventually("it dies", || files(folder.path()).len() == death).await;
    }
    runtime.wait("panics").await.unwrap();
    let report = runtime.death_report("panics").unwrap().unwrap();
    assert!(matches!(report.aftermath, Aftermath::BudgetSpent { .. }));
    assert_eq!(
        report.core_dump,
        Some(folder.path().join("panics-2.coredump"))
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_costs_the_core_dump_and_nothing_else() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let runtime = runtime(CoreDumps::in_folder(file.path()));
    let ending = panic(&runtime, "panics", "m").await;
    assert!(matches!(ending, Ending::Trapped(_)), "{ending}");
    let report = runtime.death_report("panics").unwrap().unwrap();
    assert_eq!(report.core_dump, None);
    let none = CoreDumps {
        keep: 0,
        ..CoreDumps::in_folder("unused")
    };
    let error = builder().core_dumps(none).build().err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with("keep of core dumps cannot be 0")
    );
}
