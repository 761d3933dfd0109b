//! The cache of compiled code.

use ringhost_tests::{builder, kernel, start};
use std::path::{Path, PathBuf};

/// The compiled code in a cache folder.
fn cached(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(
                std::fs::read_dir(entry.path())
                    .unwrap()
                    .flatten()
                    .map(|file| file.path()),
            );
        }
    }
    files
}

/// Runs a kernel in a new runtime over the cache.
async fn echo_over(folder: &Path) {
    let runtime = builder().cache_folder(folder).build().unwrap();
    start(&runtime, "echo").await;
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
}

#[tokio::test]
async fn compiled_code_is_kept_on_disk_and_used_again() {
    let folder = tempfile::tempdir().unwrap();
    echo_over(folder.path()).await;
    let files = cached(folder.path());
    assert_eq!(files.len(), 1);
    let written = std::fs::metadata(&files[0]).unwrap().modified().unwrap();
    echo_over(folder.path()).await;
    assert_eq!(
        std::fs::metadata(&files[0]).unwrap().modified().unwrap(),
        written
    );
}

#[tokio::test]
async fn a_damaged_or_foreign_cache_file_is_rebuilt_and_never_run() {
    let folder = tempfile::tempdir().unwrap();
    echo_over(folder.path()).await;
    let file = cached(folder.path()).remove(0);
    let sound = std::fs::read(&file).unwrap();
    let mut flipped = sound.clone();
    flipped[sound.len() / 2] ^= 1;
    let other_machine = {
        let other = tempfile::tempdir().unwrap();
        echo_over(other.path()).await;
        std::fs::read(cached(other.path()).remove(0)).unwrap()
    };
    assert_ne!(other_machine, sound, "each cache signs with its own key");
    let another_kernel = {
        let runtime = builder().cache_folder(folder.path()).build().unwrap();
        runtime.launch_from("fails", kernel("fails")).await.unwrap();
        let name = runtime
            .inspect(kernel("fails"))
            .await
            .unwrap()
            .digest
            .to_string();
        let of_fails = |path: &PathBuf| path.to_string_lossy().contains(&name);
        std::fs::read(cached(folder.path()).into_iter().find(of_fails).unwrap()).unwrap()
    };
    for bad in [
        flipped,
        sound[..sound.len() / 2].to_vec(),
        Vec::new(),
        b"short".to_vec(),
        other_machine,
        another_kernel,
    ] {
        std::fs::write(&file, &bad).unwrap();
        echo_over(folder.path()).await;
        assert_eq!(std::fs::read(&file).unwrap(), sound, "it was rebuilt");
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_is_slow_and_not_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file, not a folder");
    std::fs::write(&file, "").unwrap();
    echo_over(&file).await;
}
