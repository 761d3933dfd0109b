//! Runs one attack beside the neighbour.

use crate::attack::MEMORY_BYTES;
use crate::neighbour::Neighbour;
use crate::resident::Watch;
use crate::{Attack, Outcome, Traffic};
use anyhow::{Context, Result, ensure};
use ringhost::{
    Access, Compiler, CompilerLimits, CompilerProcess, Error, Folder, KernelTelemetry, LogLine,
    RingKernelRuntime,
};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

/// What the host may use for an attack beside the attacker's memory: its queues (32 messages of at
/// most 1 MiB each way), the compiler, the compiled code, and copies of the component.
pub const ALLOWANCE_BYTES: u64 = 128 << 20;

/// How long an attack without end goes on.
const ATTACK: Duration = Duration::from_millis(200);

/// How long an attacker is paused in the midst of it.
const PAUSE: Duration = Duration::from_millis(20);

/// How long an attacker that is asked to end may take before it is stopped by force.
const DEADLINE: Duration = Duration::from_millis(30);

/// How long an attack may take that ends by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the whole may take before the host counts as hung.
const HUNG: Duration = Duration::from_secs(60);

const NAME: &str = "attacker";

/// The folder that an attacker is granted, in one that it is not.
const GRANTED: &str = "granted";

/// What came of an attack.
#[derive(Debug, Clone)]
pub struct Report {
    /// How the attacker fared.
    pub outcome: Outcome,
    /// How the neighbour fared.
    pub traffic: Traffic,
    /// How much more of the host was resident at its peak than before the attack, in bytes.
    pub growth: u64,
    /// The attacker's figures at its end, and its last log lines; `None` if it was not launched.
    pub remains: Option<(KernelTelemetry, Vec<LogLine>)>,
}

impl Report {
    /// What the host promised of the attack and did not keep.
    pub fn faults(&self, attack: &Attack) -> Vec<String> {
        let mut faults = Vec::new();
        if !attack.promise.is_kept_by(&self.outcome) {
            let (promise, outcome) = (attack.promise, &self.outcome);
            faults.push(format!("promised: {promise}; what came of it: {outcome}"));
        }
        if let (Some(evidence), Some((figures, lines))) = (attack.evidence, &self.remains)
            && !evidence(figures, lines)
        {
            let lines = lines.len();
            faults.push(format!(
                "its limit left no trace: {figures:?}, {lines} log lines"
            ));
        }
        let allowed = MEMORY_BYTES + ALLOWANCE_BYTES;
        // A sanitizer keeps what was freed, and shadows of it all.
        if self.growth > allowed && !is_sanitized() {
            let growth = self.growth;
            faults.push(format!(
                "the host grew by {growth} bytes, more than {allowed}"
            ));
        }
        faults
    }
}

/// Whether all this was built with AddressSanitizer, as `cargo xtask sanitize` says.
pub fn is_sanitized() -> bool {
    std::env::var_os("RINGHOST_SANITIZED").is_some()
}

/// The neighbour's traffic with nobody beside it.
///
/// # Errors
/// If a message was lost.
pub fn baseline() -> Result<Traffic> {
    on_one_thread(async || {
        let runtime = runtime(Compiler::InProcess)?;
        let neighbour = Neighbour::start(&runtime).await?;
        tokio::time::sleep(ATTACK).await;
        neighbour.finish().await
    })
}

/// Runs an attack beside the neighbour, on one thread that both share: nothing but the host's
/// fairness keeps the one from the other's throat. The program compiles where the attack is after
/// the limits on that.
///
/// # Errors
/// If the neighbour lost a message, or the host failed or hung.
pub fn run(attack: &Attack, compiler: &CompilerProcess) -> Result<Report> {
    let attack = attack.clone();
    let compiler = compiler_for(&attack, compiler);
    on_one_thread(async move || {
        let runtime = runtime(compiler)?;
        let neighbour = Neighbour::start(&runtime).await?;
        let folder = attack.files.map(folder_of).transpose()?;
        let watch = Watch::begin();
        let outcome = unleash(&runtime, &attack, folder.as_ref(), &neighbour).await;
        let growth = watch.growth();
        Ok(Report {
            outcome: outcome?,
            traffic: neighbour.finish().await?,
            growth,
            remains: remains(&runtime)?,
        })
    })
}

/// A folder beside a secret, with so many files in it and links that lead out of it.
fn folder_of(files: usize) -> Result<TempDir> {
    let outside = tempfile::tempdir()?;
    std::fs::write(outside.path().join("secret"), "a secret")?;
    let folder = outside.path().join(GRANTED);
    std::fs::create_dir(&folder)?;
    for number in 0..files {
        std::fs::write(folder.join(format!("{number:08}")), "")?;
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret", folder.join("out"))?;
        std::os::unix::fs::symlink("/etc", folder.join("etc"))?;
        std::os::unix::fs::symlink("loop", folder.join("loop"))?;
    }
    Ok(outside)
}

/// Runs this in an executor on a thread of its own, so that a hung host can be told.
fn on_one_thread<T: Send + 'static>(
    work: impl AsyncFnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let executor = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let result = match executor {
            Ok(executor) => executor.block_on(work()),
            Err(error) => Err(error.into()),
        };
        // An error means that it came too late, which has been told.
        let _ = sender.send(result);
    });
    receiver
        .recv_timeout(HUNG)
        .context("the host hung or panicked")?
}

/// Where an attack is compiled, and the honest kernel with it.
fn compiler_for(attack: &Attack, compiler: &CompilerProcess) -> Compiler {
    if attack.options.compiler.is_none() {
        return Compiler::InProcess;
    }
    // So much that the attack's own limits count.
    Compiler::Process(compiler.clone().limits(CompilerLimits {
        memory_bytes: 16 << 30,
        ..CompilerLimits::default()
    }))
}

/// What an attacker that was launched left behind.
fn remains(runtime: &RingKernelRuntime) -> Result<Option<(KernelTelemetry, Vec<LogLine>)>> {
    let Ok(Some(figures)) = runtime.telemetry(NAME) else {
        return Ok(None);
    };
    Ok(Some((figures, runtime.log_lines(NAME)?)))
}

fn runtime(compiler: Compiler) -> Result<RingKernelRuntime> {
    Ok(RingKernelRuntime::builder()
        .compiler(compiler)
        .telemetry(true)
        .without_cache_folder()
        .build()?)
}

async fn unleash(
    runtime: &RingKernelRuntime,
    attack: &Attack,
    folder: Option<&TempDir>,
    neighbour: &Neighbour,
) -> Result<Outcome> {
    let mut options = attack.options.clone();
    options.grants.folders.extend(folder.map(|folder| Folder {
        host: folder.path().join(GRANTED),
        guest: "/data".to_owned(),
        access: Access::Write,
    }));
    let launched = runtime
        .launch_with(NAME, attack.component.clone(), options)
        .await;
    match launched {
        Ok(()) => {}
        Err(error @ Error::Load(_)) => return Ok(Outcome::Refused(error.to_string())),
        Err(error) => return Err(error.into()),
    }
    neighbour.measure_afresh();
    runtime.activate(NAME).await?;
    let feeder = tokio::spawn(feed(runtime.clone()));
    let drain = attack.drained.then(|| {
        let runtime = runtime.clone();
        tokio::spawn(async move { while runtime.receive(NAME).await.is_ok() {} })
    });
    let asker = attack.snapshots.then(|| tokio::spawn(ask(runtime.clone())));
    let outcome = await_outcome(runtime, attack).await?;
    // All end with the attacker; one that does not has been forgotten by the host.
    feeder.await?;
    for task in [drain, asker].into_iter().flatten() {
        task.await?;
    }
    Ok(outcome)
}

async fn await_outcome(runtime: &RingKernelRuntime, attack: &Attack) -> Result<Outcome> {
    let patience = if attack.promise.runs_on() {
        ATTACK
    } else {
        PATIENCE
    };
    if let Ok(ending) = tokio::time::timeout(patience, runtime.wait(NAME)).await {
        return Ok(Outcome::Ended(ending?));
    }
    pause(runtime).await?;
    let termination = runtime.terminate_timeout(NAME, DEADLINE).await?;
    Ok(Outcome::Stopped(termination.ending))
}

/// Pauses an attacker, which must stand still, and lets it go on.
async fn pause(runtime: &RingKernelRuntime) -> Result<()> {
    let received = || {
        anyhow::Ok(
            runtime
                .telemetry(NAME)?
                .context("telemetry is on")?
                .messages_received,
        )
    };
    runtime.deactivate(NAME).await?;
    let before = received()?;
    tokio::time::sleep(PAUSE).await;
    ensure!(
        received()? == before,
        "a paused attacker received a message"
    );
    runtime.reactivate(NAME).await?;
    Ok(())
}

/// Asks for the attacker's state until it has ended, whether it gives it or not.
async fn ask(runtime: RingKernelRuntime) {
    loop {
        let asked = runtime.snapshot(NAME).await;
        if matches!(asked, Err(Error::KernelState(_) | Error::KernelEnded(_))) {
            return;
        }
        // Each is a copy of the whole, so there are some in a second, not some thousand.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends to the attacker and calls it until it has ended, whether it answers or not.
async fn feed(runtime: RingKernelRuntime) {
    let wait = Duration::from_millis(2);
    loop {
        let sent = runtime.send_timeout(NAME, "sent", wait).await;
        let called = runtime.call_timeout(NAME, "called", wait).await.map(|_| ());
        for result in [sent.map(|_| ()), called] {
            if matches!(result, Err(Error::KernelState(_) | Error::KernelEnded(_))) {
                return;
            }
        }
    }
}
