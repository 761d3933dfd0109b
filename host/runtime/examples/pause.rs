//! The reference's third example: pause a kernel, let messages wait, resume.
//!
//! `cargo xtask kernels`, then
//! `cargo run -p ringhost --example pause target/kernels/echo.wasm`

use ringhost::{RingKernelRuntime, Source};
use std::time::Duration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let component = std::env::args_os()
        .nth(1)
        .ok_or("usage: pause KERNEL.wasm")?;
    let runtime = RingKernelRuntime::builder().build()?;
    runtime
        .scope(async |runtime| {
            runtime
                .launch_from("worker", Source::path(component))
                .await?;
            runtime.activate("worker").await?;

            // Process some messages.
            let batch = ["1", "2", "3"];
            runtime.send_batch("worker", batch).await?;
            for _ in batch {
                runtime.receive("worker").await?;
            }

            // Pause: messages queue up, and none is processed.
            runtime.deactivate("worker").await?;
            runtime.send_batch("worker", ["4", "5", "6"]).await?;
            let nothing = runtime
                .receive_timeout("worker", Duration::from_millis(100))
                .await;
            println!(
                "{}: {}",
                runtime.state("worker")?,
                nothing.err().ok_or("a message")?
            );

            // Resume: now they are.
            runtime.reactivate("worker").await?;
            for _ in 0..3 {
                let message = runtime
                    .receive_timeout("worker", Duration::from_secs(1))
                    .await?;
                println!("{}", String::from_utf8_lossy(&message.payload));
            }
            Ok(())
        })
        .await
}
