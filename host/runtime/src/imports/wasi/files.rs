//! What is done differently in `wasi:filesystem/types` from how wasmtime-wasi does it.

use crate::imports::Host;
use bytes::Bytes;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, HostDescriptor, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{
    DynOutputStream, FsResult, OutputStream, Pollable, StreamError, StreamResult,
};

type Opening = (
    Resource<Descriptor>,
    PathFlags,
    String,
    OpenFlags,
    DescriptorFlags,
);

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: StoreContextMut<'_, Host>, opening: Opening| {
            Box::new(async move { Ok((answered(open(store.data_mut(), opening).await)?,)) })
        },
    )?;
    linker.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, Host>, (file, offset): (Resource<Descriptor>, u64)| {
            let host = store.data_mut();
            let stream = host.filesystem().write_via_stream(file, offset);
            Ok((answered(bounded(host, stream))?,))
        },
    )?;
    linker.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, Host>, (file,): (Resource<Descriptor>,)| {
            let host = store.data_mut();
            let stream = host.filesystem().append_via_stream(file);
            Ok((answered(bounded(host, stream))?,))
        },
    )
}

/// Opens a file or folder, and nothing else: to open a pipe waits for somebody at its other end,
/// and a thread of the host with it.
async fn open(host: &mut Host, opening: Opening) -> FsResult<Resource<Descriptor>> {
    let (folder, follow, path, how, flags) = opening;
    let mut files = host.filesystem();
    let seen = Resource::new_borrow(folder.rep());
    match files.stat_at(seen, follow, path.clone()).await {
        Ok(found) if !is_ordinary(found.type_) => return Err(ErrorCode::NotPermitted.into()),
        // What is not there can be created; what is wrong is said by what follows.
        Ok(_) | Err(_) => {}
    }
    files.open_at(folder, follow, path, how, flags).await
}

fn is_ordinary(kind: DescriptorType) -> bool {
    matches!(
        kind,
        DescriptorType::Directory | DescriptorType::RegularFile | DescriptorType::SymbolicLink
    )
}

/// What a kernel is answered; the rest ends it.
pub(super) fn answered<T>(result: FsResult<T>) -> wasmtime::Result<Result<T, ErrorCode>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => error.downcast().map(Err),
    }
}

/// A stream that keeps to what it was allowed to write. Otherwise the host would keep for it
/// whatever one call can bring, for each of its streams.
struct Bounded {
    stream: DynOutputStream,
    allowed: usize,
}

fn bounded(
    host: &mut Host,
    stream: FsResult<Resource<DynOutputStream>>,
) -> FsResult<Resource<DynOutputStream>> {
    let table = host.ctx().table;
    let stream = table.delete(stream?)?;
    let stream: DynOutputStream = Box::new(Bounded { stream, allowed: 0 });
    Ok(table.push(stream)?)
}

#[wasmtime_wasi::async_trait]
impl Pollable for Bounded {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Bounded {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        match self.allowed.checked_sub(bytes.len()) {
            Some(left) => self.allowed = left,
            None => {
                let reason = "it wrote more to a stream than check-write allowed";
                return Err(StreamError::Trap(wasmtime::Error::msg(reason)));
            }
        }
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.allowed = self.stream.check_write()?;
        Ok(self.allowed)
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.stream.blocking_write_and_flush(bytes).await
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}
