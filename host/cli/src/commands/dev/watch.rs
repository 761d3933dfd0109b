//! Whether a kernel's source has changed.
//!
//! Files are looked at a few times a second: a project has few, and there is no file system on which
//! that does not work.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long between two looks. A change is taken up when nothing more has changed between two.
pub const LOOK: Duration = Duration::from_millis(200);

/// Folders that hold what is made, or what others made.
const PASSED_OVER: [&str; 5] = ["build", "target", "vendor", "node_modules", "__pycache__"];

/// So many files are looked at, at most: in a folder that is no project of a kernel.
const MOST_FILES: usize = 10_000;

/// When each file was written last, and its length.
type Files = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// A project's files as they were seen.
pub struct Watch {
    folder: PathBuf,
    seen: Files,
    built: Files,
}

impl Watch {
    /// Takes what is there as built.
    pub fn new(folder: &Path) -> Self {
        let seen = files(folder);
        Self {
            folder: folder.to_owned(),
            built: seen.clone(),
            seen,
        }
    }

    /// Looks. True if something has changed since the last time that this was true, and has not
    /// changed since the last look.
    pub fn look(&mut self) -> bool {
        let now = files(&self.folder);
        let settled = now == self.seen;
        self.seen = now;
        if settled && self.seen != self.built {
            self.built = self.seen.clone();
            return true;
        }
        false
    }
}

fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // One that cannot be read, or is gone, has no files to build.
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if is_passed_over(&name) || found.len() >= MOST_FILES {
                continue;
            }
            let is_folder = entry.file_type().as_ref().is_ok_and(FileType::is_dir);
            if is_folder {
                folders.push(entry.path());
            } else if let Ok(about) = entry.metadata() {
                found.insert(entry.path(), (about.modified().ok(), about.len()));
            }
        }
    }
    found
}

fn is_passed_over(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || PASSED_OVER.iter().any(|made| name == *made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_once_and_when_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src/kernel.c");
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(&source, "1").unwrap();
        let mut watch = Watch::new(folder.path());
        assert!(!watch.look());
        fs::write(&source, "22").unwrap();
        assert!(!watch.look());
        fs::write(&source, "333").unwrap();
        assert!(!watch.look());
        assert!(watch.look());
        assert!(!watch.look());
        fs::remove_file(&source).unwrap();
        assert!(!watch.look());
        assert!(watch.look());
    }

    #[test]
    fn what_is_made_is_no_source() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(folder.path());
        for made in ["build", "target", ".git"] {
            fs::create_dir(folder.path().join(made)).unwrap();
            fs::write(folder.path().join(made).join("file"), "1").unwrap();
        }
        assert!(!watch.look() && !watch.look());
    }
}
