//! Data-parallel work in the sandbox: a kernel draws the Mandelbrot set, a pixel an item, on a GPU where
//! there is one and on all CPU cores where there is none.
//!
//! `cargo xtask kernels`, then
//! `cargo run -p ringhost --example mandelbrot target/kernels/mandelbrot.wasm picture.png`

use ringhost::{Compute, Grants, LaunchOptions, RingKernelRuntime, Source};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

#[derive(Serialize)]
struct View {
    width: u32,
    height: u32,
    real: f64,
    imaginary: f64,
    extent: f64,
    steps: u32,
}

#[derive(Deserialize)]
struct Picture {
    png: Vec<u8>,
    device: String,
    device_time: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (component, file) = arguments
        .next()
        .zip(arguments.next())
        .ok_or("usage: mandelbrot KERNEL.wasm PICTURE.png")?;
    let runtime = RingKernelRuntime::builder().build()?;
    runtime
        .scope(async |runtime| {
            // Whoever is not granted compute cannot even be loaded.
            let options = LaunchOptions::default().grants(Grants {
                compute: Some(Compute::default()),
                ..Grants::default()
            });
            runtime
                .launch_with("mandelbrot", Source::path(component), options)
                .await?;
            runtime.activate("mandelbrot").await?;

            // A valley of the set, where points take hundreds of steps.
            let view = View {
                width: 720,
                height: 480,
                real: -0.7453,
                imaginary: 0.1127,
                extent: 0.0065,
                steps: 1000,
            };
            let began = Instant::now();
            let mandelbrot = runtime.typed::<View, Picture>("mandelbrot")?;
            mandelbrot.send(&view).await?;
            let picture = mandelbrot.receive_timeout(Duration::from_secs(60)).await?;
            let took = began.elapsed();
            std::fs::write(&file, &picture.png)?;
            println!("Device: {}", picture.device);
            println!(
                "Pixels: {}, in {} ms, and {} ms of the device",
                view.width * view.height,
                took.as_millis(),
                picture.device_time / 1_000_000
            );
            println!("Picture: {}", file.display());
            Ok(())
        })
        .await
}
