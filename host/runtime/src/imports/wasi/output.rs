//! Standard output and error, which go to the log line by line.

use crate::imports::Ports;
use crate::imports::journal::Level;
use bytes::Bytes;
use parking_lot::Mutex;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// How much a kernel may write to a stream at once.
const WRITE_BYTES: usize = 4096;

/// A stream into the log. All handles to one stream share its unfinished line.
#[derive(Clone)]
pub(super) struct LogStream {
    ports: Arc<Ports>,
    level: Level,
    unfinished: Arc<Mutex<Vec<u8>>>,
}

impl LogStream {
    pub(super) fn new(ports: &Arc<Ports>, level: Level) -> Self {
        Self {
            ports: ports.clone(),
            level,
            unfinished: Arc::default(),
        }
    }

    fn take(&self, bytes: &[u8]) {
        let mut unfinished = self.unfinished.lock();
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || unfinished.len() >= self.ports.limits.log_line_bytes {
                self.log(&unfinished);
                unfinished.clear();
            }
        }
    }

    fn log(&self, line: &[u8]) {
        self.ports
            .journal
            .log(self.level, &String::from_utf8_lossy(line));
    }
}

impl Drop for LogStream {
    fn drop(&mut self) {
        // The last handle to go logs what was never ended by a line end.
        if Arc::strong_count(&self.unfinished) == 1 {
            let unfinished = std::mem::take(&mut *self.unfinished.lock());
            if !unfinished.is_empty() {
                self.log(&unfinished);
            }
        }
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}

impl OutputStream for LogStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES)
    }
}

impl AsyncWrite for LogStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
