//! Folders that a kernel is granted: what is in them, as far as it is granted, and nothing outside.

use crate::grants::run;
use ringhost::{Access, Error, Folder, GrantError, Grants, LaunchOptions, Restart};
use ringhost_tests::{SCRATCH, Steps, kernel, runtime};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const IMPORTS: &str = r#"
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_create_directory"
        (func $create (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_unlink_file"
        (func $unlink (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_rename"
        (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_symlink"
        (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get" (func $folder (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_dir_name"
        (func $folder_name (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_readdir"
        (func $list (param i32 i32 i32 i64 i32) (result i32)))
    ;; Opens a file of the first folder, with these flags (1 creates, 8 empties) and rights (2
    ;; reads, 64 writes), following links. Its descriptor goes to the scratch memory.
    (func $file (param i32 i32 i32 i64) (result i32)
        (call $open (i32.const 3) (i32.const 1) (local.get 0) (local.get 1) (local.get 2)
            (local.get 3) (local.get 3) (i32.const 0) (i32.const 512)))
    ;; Reads at most 64 bytes of that file and logs them.
    (func $read (result i32) (local $error i32)
        (i32.store (i32.const 520) (i32.const 600))
        (i32.store (i32.const 524) (i32.const 64))
        (local.set $error (call $fd_read (i32.load (i32.const 512)) (i32.const 520) (i32.const 1)
            (i32.const 528)))
        (if (i32.eqz (local.get $error))
            (then (call $log (i32.const 2) (i32.const 600) (i32.load (i32.const 528)))))
        (local.get $error))
    ;; Writes this to that file.
    (func $write (param i32 i32) (result i32)
        (i32.store (i32.const 520) (local.get 0))
        (i32.store (i32.const 524) (local.get 1))
        (call $fd_write (i32.load (i32.const 512)) (i32.const 520) (i32.const 1) (i32.const 528)))"#;

/// `wasi_snapshot_preview1`'s numbers for what went wrong.
const MISSING: &str = "44";
const DENIED: &str = "63";

const READ: &str = "(i32.const 0) (i64.const 2)";
const CREATE: &str = "(i32.const 1) (i64.const 66)";

/// A folder to grant, which holds `kept` and a folder `inner`, inside of one that holds a secret.
fn folders() -> (TempDir, std::path::PathBuf) {
    let outside = tempfile::tempdir().unwrap();
    let granted = outside.path().join("granted");
    std::fs::create_dir_all(granted.join("inner")).unwrap();
    std::fs::write(outside.path().join("secret"), "a secret").unwrap();
    std::fs::write(granted.join("kept"), "what was there").unwrap();
    (outside, granted)
}

fn grant(host: &Path, access: Access) -> Grants {
    let folder = Folder {
        host: host.to_owned(),
        guest: "/data".to_owned(),
        access,
    };
    Grants {
        folders: vec![folder],
        // The adapter asks for variables as soon as there are folders.
        empty_world: true,
        ..Grants::default()
    }
}

#[tokio::test]
async fn a_kernel_that_may_read_reads_and_changes_nothing() {
    let (_outside, granted) = folders();
    let mut steps = Steps::default();
    let [kept, new, inner, text] = ["kept", "new", "inner", "words"].map(|name| steps.text(name));
    steps
        .log("open", &format!("(call $file {kept} {READ})"))
        .log("read", "(call $read)")
        .log("create", &format!("(call $file {new} {CREATE})"))
        .log(
            "empty",
            &format!("(call $file {kept} (i32.const 8) (i64.const 64))"),
        )
        .log(
            "write",
            &format!("(call $file {kept} (i32.const 0) (i64.const 64))"),
        )
        .log("write", &format!("(call $write {text})"))
        .log("folder", &format!("(call $create (i32.const 3) {new})"))
        .log("unlink", &format!("(call $unlink (i32.const 3) {kept})"))
        .log(
            "link",
            &format!("(call $symlink {kept} (i32.const 3) {new})"),
        )
        .log(
            "rename",
            &format!("(call $rename (i32.const 3) {inner} (i32.const 3) {new})"),
        );
    let lines = run(steps.component(IMPORTS), grant(&granted, Access::Read)).await;
    let denied = |step: &str| format!("{step} {DENIED}");
    assert_eq!(lines[..3], ["open 0", "what was there", "read 0"]);
    assert_eq!(lines[3..6], ["create", "empty", "write"].map(denied));
    // The file was not opened to be written; what is there is the descriptor of the first step.
    assert!(lines[6] != "write 0", "{lines:?}");
    assert_eq!(
        lines[7..],
        ["folder", "unlink", "link", "rename"].map(denied)
    );
    let kept = std::fs::read_to_string(granted.join("kept")).unwrap();
    assert_eq!(kept, "what was there");
    assert_eq!(std::fs::read_dir(&granted).unwrap().count(), 2);
}

#[tokio::test]
async fn a_kernel_that_may_write_creates_changes_and_deletes() {
    let (_outside, granted) = folders();
    let mut steps = Steps::default();
    let [kept, new, moved, text] =
        ["kept", "inner/new", "moved", "words"].map(|name| steps.text(name));
    steps
        .log("create", &format!("(call $file {new} {CREATE})"))
        .log("write", &format!("(call $write {text})"))
        .log("open", &format!("(call $file {new} {READ})"))
        .log("read", "(call $read)")
        .log(
            "rename",
            &format!("(call $rename (i32.const 3) {new} (i32.const 3) {moved})"),
        )
        .log("unlink", &format!("(call $unlink (i32.const 3) {kept})"));
    let lines = run(steps.component(IMPORTS), grant(&granted, Access::Write)).await;
    assert_eq!(
        lines,
        [
            "create 0", "write 0", "open 0", "words", "read 0", "rename 0", "unlink 0"
        ]
    );
    assert_eq!(
        std::fs::read_to_string(granted.join("moved")).unwrap(),
        "words"
    );
    assert!(!granted.join("kept").exists());
}

#[tokio::test]
#[cfg(unix)]
async fn there_is_no_way_out_of_a_folder() {
    let (outside, granted) = folders();
    let secret = outside.path().join("secret");
    std::os::unix::fs::symlink(&secret, granted.join("absolute")).unwrap();
    std::os::unix::fs::symlink("../secret", granted.join("relative")).unwrap();
    std::os::unix::fs::symlink("..", granted.join("up")).unwrap();
    let ways = [
        "../secret",
        "inner/../../secret",
        secret.to_str().unwrap(),
        "absolute",
        "relative",
        "up/secret",
        "/data/../secret",
        "made",
        "inner/renamed",
    ];
    let mut steps = Steps::default();
    let [made, target, renamed] =
        ["made", "../secret", "inner/renamed"].map(|name| steps.text(name));
    steps
        // A link of the kernel's own, and one that means something else after it was moved.
        .then(&format!(
            "(drop (call $symlink {target} (i32.const 3) {made}))"
        ))
        .then(&format!(
            "(drop (call $symlink {target} (i32.const 3) {renamed}))"
        ));
    for way in ways {
        let path = steps.text(way);
        steps.log(way, &format!("(call $file {path} {READ})"));
        steps.log(way, &format!("(call $file {path} {CREATE})"));
    }
    let absolute = steps.text("/etc");
    steps.log(
        "a link to /etc",
        &format!("(call $symlink {absolute} (i32.const 3) {renamed})"),
    );
    let lines = run(steps.component(IMPORTS), grant(&granted, Access::Write)).await;
    assert_eq!(lines.len(), 2 * ways.len() + 1);
    for line in lines {
        // The last but one link lies a folder deeper, and so it leads to a file inside.
        let inside = line.starts_with("inner/renamed ");
        assert!(
            inside || line.ends_with(&format!(" {DENIED}")),
            "a way out: {line}"
        );
    }
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "a secret");
}

#[tokio::test]
async fn a_kernel_sees_its_own_name_of_a_folder_and_no_other_folder() {
    let (_outside, granted) = folders();
    let name = "(i32.const 600)";
    let component = Steps::default()
        .log(
            "first",
            &format!("(call $folder (i32.const 3) (i32.const {SCRATCH}))"),
        )
        .then(&format!(
            "(drop (call $folder_name (i32.const 3) {name}
                (i32.load offset=4 (i32.const {SCRATCH}))))
            (call $log (i32.const 2) {name} (i32.load offset=4 (i32.const {SCRATCH})))"
        ))
        .log(
            "second",
            &format!("(call $folder (i32.const 4) (i32.const {SCRATCH}))"),
        )
        .component(IMPORTS);
    let lines = run(component, grant(&granted, Access::Read)).await;
    // 8 says that there is no such descriptor.
    assert_eq!(lines, ["first 0", "/data", "second 8"]);
}

/// A kernel that lists the first folder to its end, again and again from where it was, and counts
/// the entries and the bytes of their names.
fn lister() -> Vec<u8> {
    let fields = format!(
        r#"{IMPORTS}
        (global $entries (mut i32) (i32.const 0))
        (global $bytes (mut i32) (i32.const 0))
        (func $count (local $cookie i64) (local $used i32) (local $at i32) (local $next i32)
            (block $done (loop $more
                (if (call $list (i32.const 3) (i32.const 524288) (i32.const 65536)
                        (local.get $cookie) (i32.const 512))
                    (then unreachable))
                (local.set $used (i32.load (i32.const 512)))
                (br_if $done (i32.lt_u (local.get $used) (i32.const 24)))
                (local.set $at (i32.const 0))
                (block $cut (loop $entry
                    (br_if $cut (i32.gt_u (i32.add (local.get $at) (i32.const 24))
                        (local.get $used)))
                    (local.set $next (i32.add (i32.add (local.get $at) (i32.const 24))
                        (i32.load offset=524304 (local.get $at))))
                    (br_if $cut (i32.gt_u (local.get $next) (local.get $used)))
                    (local.set $cookie (i64.load offset=524288 (local.get $at)))
                    (global.set $bytes (i32.add (global.get $bytes)
                        (i32.load offset=524304 (local.get $at))))
                    (global.set $entries (i32.add (global.get $entries) (i32.const 1)))
                    (local.set $at (local.get $next))
                    (br $entry)))
                (br $more))))"#
    );
    Steps::default()
        .then("(call $count)")
        .log("entries", "(global.get $entries)")
        .log("bytes", "(global.get $bytes)")
        .component(&fields)
}

#[tokio::test]
async fn a_folder_of_many_files_is_listed_to_its_end_and_each_file_once() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..300 {
        std::fs::write(folder.path().join(format!("{number:0100}")), "").unwrap();
    }
    let lines = run(lister(), grant(folder.path(), Access::Read)).await;
    // Of `.` and `..` the adapter tells, too.
    assert_eq!(lines, ["entries 302", "bytes 30003"]);
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_pipe_in_a_folder_is_not_opened() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    std::os::unix::fs::symlink("pipe", folder.path().join("link")).unwrap();
    let mut steps = Steps::default();
    for name in ["pipe", "link"] {
        let path = steps.text(name);
        steps.log(name, &format!("(call $file {path} {READ})"));
    }
    let missing = steps.text("missing");
    steps.log("missing", &format!("(call $file {missing} {READ})"));
    let lines = run(
        steps.component(IMPORTS),
        grant(folder.path(), Access::Write),
    )
    .await;
    assert_eq!(
        lines,
        [
            format!("pipe {DENIED}"),
            format!("link {DENIED}"),
            format!("missing {MISSING}")
        ]
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_opened_is_refused_by_name() {
    let (outside, _) = folders();
    for name in ["missing", "secret"] {
        let host = outside.path().join(name);
        let options = LaunchOptions::default().grants(grant(&host, Access::Read));
        let error = runtime()
            .launch_with("refused", kernel("echo"), options)
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains(host.to_str().unwrap()), "{text}");
        assert!(
            matches!(error, Error::Grant(GrantError::Folder { host: named, .. }) if named == host),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_a_kernel_calls_a_folder_is_checked() {
    let (_outside, granted) = folders();
    let named = |names: &[&str]| {
        let folders = names.iter().map(|guest| Folder {
            host: granted.clone(),
            guest: (*guest).to_owned(),
            access: Access::Read,
        });
        let grants = Grants {
            folders: folders.collect(),
            ..Grants::default()
        };
        LaunchOptions::default().grants(grants)
    };
    for names in [
        &["data"][..],
        &[""],
        &["//data"],
        &["/data/"],
        &["/a/../b"],
        &["/a/./b"],
        &["/a\nb"],
        &["/a", "/b", "/a"],
        &["/a"; 33],
    ] {
        let error = runtime()
            .launch_with("refused", kernel("echo"), named(names))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::InvalidOption(invalid)
                if invalid.option == "grants.folders"),
            "{names:?}: {error}"
        );
    }
    runtime()
        .launch_with(
            "accepted",
            kernel("echo"),
            named(&["/", "/data", "/data/more"]),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn a_kernel_that_is_started_again_has_the_folder_that_was_opened_at_its_launch() {
    let (outside, granted) = folders();
    let mut steps = Steps::default();
    let kept = steps.text("kept");
    let component = steps
        .log("open", &format!("(call $file {kept} {READ})"))
        .log("read", "(call $read)")
        .component(IMPORTS);
    let restart = Restart {
        budget: 2,
        backoff: Duration::from_millis(1),
        ..Restart::always()
    };
    let options = LaunchOptions::default()
        .grants(grant(&granted, Access::Read))
        .restart(restart);
    let runtime = runtime();
    runtime
        .launch_with("reader", component, options)
        .await
        .unwrap();
    // Another folder takes its name.
    std::fs::rename(&granted, outside.path().join("moved")).unwrap();
    std::fs::create_dir(&granted).unwrap();
    std::fs::write(granted.join("kept"), "another's").unwrap();
    runtime.activate("reader").await.unwrap();
    runtime.wait("reader").await.unwrap();
    let lines = runtime.log_lines("reader").unwrap();
    let read = lines.iter().filter(|line| line.text == "what was there");
    assert_eq!(read.count(), 3, "{lines:?}");
}
