//! The reference's second example: several kernels, launched first and activated together, one
//! feeding the next.
//!
//! `cargo xtask kernels`, then
//! `cargo run -p ringhost --example several target/kernels/echo.wasm`

use ringhost::{RingKernelRuntime, Source};
use std::time::Duration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let component = std::env::args_os()
        .nth(1)
        .ok_or("usage: several KERNEL.wasm")?;
    let runtime = RingKernelRuntime::builder().build()?;
    runtime
        .scope(async |runtime| {
            // One component, three kernels.
            for name in ["processor1", "processor2", "aggregator"] {
                runtime.launch_from(name, Source::path(&component)).await?;
            }
            for kernel_id in runtime.kernel_ids() {
                runtime.activate(kernel_id.as_str()).await?;
            }
            runtime.connect("processor1", "aggregator")?;
            runtime.connect("processor2", "aggregator")?;

            for number in 0..4 {
                let processor = if number % 2 == 0 {
                    "processor1"
                } else {
                    "processor2"
                };
                runtime
                    .send(processor, format!("message {number} by {processor}"))
                    .await?;
            }
            for _ in 0..4 {
                let message = runtime
                    .receive_timeout("aggregator", Duration::from_secs(1))
                    .await?;
                println!("{}", String::from_utf8_lossy(&message.payload));
            }
            Ok(())
        })
        .await
}
