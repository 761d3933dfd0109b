//! Lists folders a few entries at a time. wasmtime-wasi reads a folder to its end before it answers
//! with the first entry, and keeps all of it: a kernel could have the host keep any number of names,
//! and as often as it holds listings.

use super::files::answered;
use crate::imports::Host;
use rustix::fs::{Dir, FileType, Mode, OFlags, openat};
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::types::{DescriptorType, DirectoryEntry, ErrorCode};
use wasmtime_wasi::runtime::spawn_blocking;

/// How many entries are read at once.
const ENTRIES: usize = 64;

/// The resource `directory-entry-stream`.
struct Listing {
    /// `None` once all entries are read.
    folder: Option<Dir>,
    read: VecDeque<Entry>,
}

/// An entry, or what is wrong with it.
type Entry = Result<DirectoryEntry, ErrorCode>;

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.resource(
        "directory-entry-stream",
        ResourceType::host::<Listing>(),
        |mut store, index| {
            let listing = Resource::<Listing>::new_own(index);
            store.data_mut().ctx().table.delete(listing)?;
            Ok(())
        },
    )?;
    linker.func_wrap_async(
        "[method]descriptor.read-directory",
        |mut store: StoreContextMut<'_, Host>, (folder,): (Resource<Descriptor>,)| {
            Box::new(async move { Ok((answered(begin(store.data_mut(), folder).await)?,)) })
        },
    )?;
    linker.func_wrap_async(
        "[method]directory-entry-stream.read-directory-entry",
        |mut store: StoreContextMut<'_, Host>, (listing,): (Resource<Listing>,)| {
            Box::new(async move { Ok((answered(next(store.data_mut(), listing).await)?,)) })
        },
    )
}

async fn begin(host: &mut Host, folder: Resource<Descriptor>) -> FsResult<Resource<Listing>> {
    let table = host.ctx().table;
    let Descriptor::Dir(folder) = table.get(&folder)? else {
        return Err(ErrorCode::NotDirectory.into());
    };
    let folder = folder.dir.clone();
    let folder = spawn_blocking(move || open(folder.as_fd())).await;
    let listing = Listing {
        folder: Some(folder.map_err(std::io::Error::from)?),
        read: VecDeque::new(),
    };
    Ok(table.push(listing)?)
}

async fn next(host: &mut Host, listing: Resource<Listing>) -> FsResult<Option<DirectoryEntry>> {
    let listing = host.ctx().table.get_mut(&listing)?;
    if listing.read.is_empty()
        && let Some(folder) = listing.folder.take()
    {
        (listing.folder, listing.read) = spawn_blocking(move || read(folder)).await;
    }
    Ok(listing.read.pop_front().transpose()?)
}

/// Opens a folder anew, to be listed: each listing has its own place, and what a kernel holds may be
/// open for its path only. Blocks.
fn open(folder: BorrowedFd<'_>) -> rustix::io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Dir::new(openat(folder, ".", flags, Mode::empty())?)
}

/// Reads the next entries. Blocks.
fn read(mut folder: Dir) -> (Option<Dir>, VecDeque<Entry>) {
    let mut entries = VecDeque::new();
    while entries.len() < ENTRIES {
        let entry = match folder.read() {
            Some(Ok(entry)) => entry,
            Some(Err(error)) => {
                entries.push_back(Err(std::io::Error::from(error).into()));
                return (None, entries);
            }
            None => return (None, entries),
        };
        match entry.file_name().to_str() {
            Ok("." | "..") => {}
            Ok(name) => entries.push_back(Ok(DirectoryEntry {
                type_: kind(entry.file_type()),
                name: name.to_owned(),
            })),
            Err(_) => entries.push_back(Err(ErrorCode::IllegalByteSequence)),
        }
    }
    (Some(folder), entries)
}

fn kind(kind: FileType) -> DescriptorType {
    match kind {
        FileType::RegularFile => DescriptorType::RegularFile,
        FileType::Directory => DescriptorType::Directory,
        FileType::Symlink => DescriptorType::SymbolicLink,
        FileType::BlockDevice => DescriptorType::BlockDevice,
        FileType::CharacterDevice => DescriptorType::CharacterDevice,
        // Some file systems do not say; a kernel can ask for the entry itself.
        _ => DescriptorType::Unknown,
    }
}
