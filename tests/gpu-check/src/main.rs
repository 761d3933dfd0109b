//! What `cargo xtask gpu-check` runs: the tests of compute functions on this machine's GPU, and the table.

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use ringhost_gpu_check::{Setting, Sizes, compiler, page, parts, rows};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Compares what the GPU of this machine computes with what the CPU does, bit for bit, and ringhost with
/// CUDA C. Needs NVIDIA's driver and a GPU of compute capability 8.0 or later, and nothing else.
#[derive(Parser)]
struct Arguments {
    /// The parts to run, all where none is named: operators, hostile, kernels, table, or a row of the table
    /// (saxpy, reduce, pagerank, pagerank-cores, bodies, mandelbrot, gemm, replay, launch, resident, cores)
    parts: Vec<String>,
    /// Write the table, if all of it is measured, to this page
    #[arg(long, default_value = "gpu.md")]
    page: PathBuf,
    /// The date that the page is to name, today's where none is given
    #[arg(long)]
    date: Option<String>,
    /// So little work that a stand-in for a GPU can do it: the figures mean nothing
    #[arg(long)]
    few: bool,
    /// Only compile the peers, into this file
    #[arg(long, hide = true)]
    compile_peers: Option<PathBuf>,
}

/// What the peers are compiled to, beside this program.
const PEERS: &str = "peers.ptx";

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(path) = &arguments.compile_peers {
        let ptx = compiler::compile(&compiler::nvrtc()?, compiler::SOURCE)?;
        return std::fs::write(path, ptx)
            .with_context(|| format!("cannot write {}", path.display()));
    }
    let program = std::env::current_exe().context("this program has no path")?;
    let folder = program.parent().context("this program is in no folder")?;
    let known = || {
        let parts = parts::ALL.iter().map(|part| part.name);
        parts
            .chain(["table"])
            .chain(rows::ALL.iter().map(|row| row.name))
    };
    for part in &arguments.parts {
        ensure!(
            known().any(|name| name == part),
            "there is no part {part}; there are: {}",
            known().collect::<Vec<_>>().join(", ")
        );
    }
    check(&arguments, folder)
}

fn check(arguments: &Arguments, folder: &Path) -> Result<()> {
    let is_wanted = |name: &str| arguments.parts.iter().any(|part| part == name);
    let (all, table) = (arguments.parts.is_empty(), is_wanted("table"));
    let sizes = if arguments.few {
        Sizes::Few
    } else {
        Sizes::Whole
    };
    let kernels = folder.join("kernels");
    let path = folder.join(PEERS);
    let peers = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let setting = Setting::new(kernels.clone(), &peers, sizes)?;
    let gpu = setting.gpu();
    match &gpu {
        Ok(gpu) => println!("{gpu}"),
        Err(error) => println!("no GPU: {error:#}"),
    }
    let mut failed = Vec::new();
    for part in parts::ALL.iter().filter(|part| all || is_wanted(part.name)) {
        println!("\n== {}: {}", part.name, part.says);
        let begun = Instant::now();
        if let Err(error) = part.run(folder, &kernels, sizes) {
            println!("{error:#}");
            failed.push(part.name);
        }
        println!("== {}: {:.1} s", part.name, begun.elapsed().as_secs_f64());
    }
    let tests = if !all {
        "Its tests were not run with it.".to_owned()
    } else if failed.is_empty() {
        "All that its tests compare had the same bits on the GPU as on the CPU.".to_owned()
    } else {
        format!("Some of its tests failed: {}.", failed.join(", "))
    };
    let mut measured = Vec::new();
    for row in rows::ALL
        .iter()
        .filter(|row| all || table || is_wanted(row.name))
    {
        println!("\n== {}", row.name);
        let begun = Instant::now();
        let outcome = (row.measure)(&setting).map_err(|error| (row.name.to_owned(), error));
        if outcome.is_err() {
            failed.push(row.name);
        }
        print!("{}", page::lines(&outcome));
        println!("== {}: {:.1} s", row.name, begun.elapsed().as_secs_f64());
        measured.push(outcome);
    }
    if all || table {
        let gpu = gpu?;
        let machine = if arguments.few {
            format!("{gpu}, with so little work that the figures mean nothing")
        } else {
            gpu
        };
        let date = date(arguments)?;
        page::write(&arguments.page, &measured, &machine, &date, &tests)?;
        println!("\nwrote {}", arguments.page.display());
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("not as it should be: {}", failed.join(", "))
}

fn date(arguments: &Arguments) -> Result<String> {
    if let Some(date) = &arguments.date {
        return Ok(date.clone());
    }
    let said = Command::new("date").args(["-u", "+%F"]).output();
    let said = said.context("the program date says no date: give --date")?;
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}
