//! Folders of the host.

use super::GrantError;
use crate::error::InvalidOptionError;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::PathBuf;
use wasmtime_wasi::filesystem::WasiFilesystemCtx;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// The most folders that one kernel is granted: each is a handle that the kernel holds.
const MOST_FOLDERS: usize = 32;

/// A folder of the host, with all that is in it, under a name of its own for the kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Where it is on the host. The kernel does not learn of it.
    pub host: PathBuf,
    /// What the kernel calls it: an absolute path, such as `/data`.
    pub guest: String,
    /// What the kernel may do there. To read, by default.
    #[serde(default)]
    pub access: Access,
}

/// What a kernel may do in a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// To list and read.
    #[default]
    Read,
    /// To list and read, and to create, change and delete. Nothing bounds how much it writes.
    Write,
}

/// # Errors
/// If there are too many, or a kernel could not call them so.
pub(super) fn check(folders: &[Folder]) -> Result<(), InvalidOptionError> {
    if folders.len() > MOST_FOLDERS {
        return Err(InvalidOptionError {
            option: "grants.folders",
            value: format!("a list of {}", folders.len()),
            reason: "a kernel gets 32 folders at most; grant one that holds them",
        });
    }
    let mut names = HashSet::new();
    for Folder { guest, .. } in folders {
        let reason = if !is_plain(guest) {
            "what a kernel calls a folder is an absolute path without control characters, \".\", \
             \"..\" and empty parts, such as \"/data\""
        } else if !names.insert(guest) {
            "two folders cannot have the same name for the kernel"
        } else {
            continue;
        };
        return Err(InvalidOptionError {
            option: "grants.folders",
            value: format!("{guest:?}"),
            reason,
        });
    }
    Ok(())
}

fn is_plain(guest: &str) -> bool {
    let Some(relative) = guest.strip_prefix('/') else {
        return false;
    };
    !guest.contains(char::is_control)
        && (relative.is_empty()
            || relative
                .split('/')
                .all(|part| !matches!(part, "" | "." | "..")))
}

/// Opens them. Blocks.
///
/// # Errors
/// If one of them is no folder that can be opened.
pub(super) fn open(folders: &[Folder]) -> Result<WasiFilesystemCtx, GrantError> {
    let mut builder = WasiCtxBuilder::new();
    for folder in folders {
        let permissions = match folder.access {
            Access::Read => FsPerms::ReadOnly,
            Access::Write => FsPerms::ReadWrite,
        };
        builder
            .preopened_dir(&folder.host, &folder.guest, permissions)
            .map_err(|error| GrantError::Folder {
                host: folder.host.clone(),
                reason: format!("{error:#}"),
            })?;
    }
    Ok(builder.build().filesystem().clone())
}
