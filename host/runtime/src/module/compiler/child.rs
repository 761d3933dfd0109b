//! A compiler's process: started with next to nothing, limited before it is given anything, and
//! always ended and waited for.

use super::{CompilerLimits, CompilerProcess, worker};
use crate::sandbox::Tier;
use parking_lot::Mutex;
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// How often an ending process is looked at.
const LOOK: Duration = Duration::from_millis(1);

/// Starts a compiler for kernels of this tier. It inherits nothing but the three pipes, and is limited.
///
/// # Errors
/// If it cannot be started or limited; then there is no process left.
pub(super) fn start(process: &CompilerProcess, tier: Tier) -> io::Result<Child> {
    let mut command = Command::new(&process.program);
    command
        .args(&process.arguments)
        .env_clear()
        .env(worker::WORKER, tier.to_string())
        // Each thread of a pool would take its share of the address space.
        .env("RAYON_NUM_THREADS", "1")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    close_all_but_standard(&mut command);
    let mut child = command.spawn()?;
    if let Err(error) = limit(&child, &process.limits) {
        child.kill()?;
        child.wait()?;
        return Err(error);
    }
    Ok(child)
}

/// Files that this process has open are none of the compiler's business. Rust opens its own so
/// that no other program inherits them, but other code in an embedder's process may not.
#[cfg(target_os = "linux")]
fn close_all_but_standard(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let mark = || {
        let first: libc::c_uint = 3;
        let flags = libc::CLOSE_RANGE_CLOEXEC;
        // SAFETY: this only marks descriptors of the forked process to be closed when it becomes
        // the compiler; it touches no memory.
        let marked =
            unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, flags) };
        if marked == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    };
    // SAFETY: between fork and exec only what is safe in a signal handler may be called. `mark`
    // makes one system call and reads errno; it allocates nothing and takes no lock.
    unsafe { command.pre_exec(mark) };
}

#[cfg(not(target_os = "linux"))]
fn close_all_but_standard(_: &mut Command) {}

/// Sets hard limits from outside. The compiler has nothing to work on yet, so it cannot have gone
/// over any.
#[cfg(target_os = "linux")]
fn limit(child: &Child, limits: &CompilerLimits) -> io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let hard = |resource, current, maximum| {
        let limit = Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        };
        prlimit(Some(Pid::from_child(child)), resource, limit).map(drop)
    };
    hard(Resource::As, limits.memory_bytes, limits.memory_bytes)?;
    // At the first it gets SIGXCPU, which tells this end from others; at the second SIGKILL.
    let cpu = limits.cpu_seconds;
    hard(Resource::Cpu, cpu, cpu.saturating_add(1))?;
    // It writes to its pipes only, and leaves no image of the component behind.
    hard(Resource::Fsize, 0, 0)?;
    hard(Resource::Core, 0, 0)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit(_: &Child, _: &CompilerLimits) -> io::Result<()> {
    Ok(())
}

/// A compiler's process as its two users share it: the thread that talks with it and waits for its
/// end, and the launch that may give it up.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Slot>>);

#[derive(Default)]
struct Slot {
    child: Option<Child>,
    given_up: bool,
}

impl Shared {
    /// Takes a process that was just started, and ends it at once if it has been given up already.
    pub(super) fn hold(&self, mut child: Child) {
        let mut slot = self.0.lock();
        if slot.given_up {
            kill(&mut child);
        }
        slot.child = Some(child);
    }

    /// Ends the process, or the one that is yet to be started.
    pub(super) fn give_up(&self) {
        let mut slot = self.0.lock();
        slot.given_up = true;
        if let Some(child) = &mut slot.child {
            kill(child);
        }
    }

    /// Waits for the end of the process. It can be given up meanwhile.
    pub(super) fn wait(&self) -> io::Result<Option<ExitStatus>> {
        loop {
            {
                let mut slot = self.0.lock();
                let Some(child) = &mut slot.child else {
                    return Ok(None);
                };
                if let Some(status) = child.try_wait()? {
                    return Ok(Some(status));
                }
            }
            std::thread::sleep(LOOK);
        }
    }
}

fn kill(child: &mut Child) {
    // An error says that it has ended already.
    let _ = child.kill();
}

/// Gives the process up when the launch is: when it fails, runs out of time, or is dropped.
pub(super) struct GiveUp(pub(super) Shared);

impl Drop for GiveUp {
    fn drop(&mut self) {
        self.0.give_up();
    }
}
