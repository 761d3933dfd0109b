//! Runs every attack, or those that are named, beside an honest kernel, and prints the table of
//! what came of them; or with `fairness` measures what busy kernels leave to others. Exits with 1 if a promise was not kept.

use ringhost::CompilerProcess;
use ringhost_hostile::{attacks, baseline, fairness, run, table};
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    if ringhost::is_compile_worker() {
        return Ok(ringhost::compile_worker());
    }
    let compiler = CompilerProcess::this_program()?;
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    if wanted == ["fairness"] {
        print!("{}", fairness::measure()?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut broken = false;
    print!("{}", table::head(&baseline()?));
    for attack in attacks::all() {
        if !wanted.is_empty() && !wanted.iter().any(|name| attack.name == name) {
            continue;
        }
        match run(&attack, &compiler) {
            Ok(report) => {
                print!("{}", table::row(&attack, &report));
                for fault in report.faults(&attack) {
                    broken = true;
                    eprintln!("{}: {}: {fault}", attack.group, attack.name);
                }
            }
            Err(error) => {
                broken = true;
                eprintln!("{}: {}: {error:#}", attack.group, attack.name);
            }
        }
    }
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
