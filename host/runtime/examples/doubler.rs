//! The reference's own example: launch a kernel, send it 21, get 42, look at its telemetry.
//!
//! `cargo xtask kernels`, then
//! `cargo run -p ringhost --example doubler target/kernels/doubler.wasm`

use ringhost::{RingKernelRuntime, Source};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Request {
    value: i64,
}

#[derive(Serialize, Deserialize)]
struct Response {
    result: i64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let component = std::env::args_os()
        .nth(1)
        .ok_or("usage: doubler KERNEL.wasm")?;
    let runtime = RingKernelRuntime::builder().telemetry(true).build()?;
    runtime
        .scope(async |runtime| {
            // Phase 1: launch (allocate resources).
            runtime
                .launch_from("doubler", Source::path(component))
                .await?;

            // Phase 2: activate (start processing).
            runtime.activate("doubler").await?;

            // Send a request, receive the response.
            let doubler = runtime.typed::<Request, Response>("doubler")?;
            doubler.send(&Request { value: 21 }).await?;
            let response = doubler.receive_timeout(Duration::from_secs(1)).await?;
            println!("Result: {}", response.result);

            // Check telemetry.
            if let Some(telemetry) = runtime.telemetry("doubler")? {
                println!("Messages processed: {}", telemetry.messages_processed);
                println!("Latency: {:?}", telemetry.latency.p50);
                println!("Fuel consumed: {}", telemetry.fuel_consumed);
                println!("Linear memory: {} bytes", telemetry.memory_bytes);
            }
            Ok(())
        })
        .await
    // The scope has ended the kernel.
}
