//! Measures ringhost beside its peers and prints what came of it: `cargo xtask bench`.

use anyhow::Result;
use clap::Parser;
use ringhost_bench::{Erlang, Parked, Row, measure, park, report, rows};
use std::path::PathBuf;

/// Measures ringhost beside its peers.
#[derive(Parser)]
struct Arguments {
    /// Make a tenth of the rounds: under a minute, and rough
    #[arg(long)]
    quick: bool,
    /// Measure only rows whose name begins like this; may be given more than once
    #[arg(long)]
    row: Vec<String>,
    /// Write performance.md and its plots into this folder
    #[arg(long)]
    page: Option<PathBuf>,
    /// The date that the page is to name
    #[arg(long)]
    date: Option<String>,
    /// The folder that Debian's package of Erlang was unpacked to; without it, Erlang is on PATH
    #[arg(long)]
    erlang: Option<PathBuf>,
    /// Why there is no Erlang here
    #[arg(long, conflicts_with = "erlang")]
    without_erlang: Option<String>,
    /// Be the process that is looked at
    #[arg(long, hide = true)]
    park: Option<Parked>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(who) = arguments.park {
        return park(who);
    }
    let erlang = match arguments.without_erlang {
        Some(why) => Err(why),
        None => Ok(Erlang::new(arguments.erlang)),
    };
    let is_wanted = |row: &dyn Row| {
        let is_named = |name: &String| row.name().starts_with(name);
        if arguments.row.is_empty() {
            !(arguments.quick && row.takes_long())
        } else {
            arguments.row.iter().any(is_named)
        }
    };
    let machine = report::Machine::look();
    let mut measured = Vec::new();
    for row in rows::all().iter().filter(|row| is_wanted(&***row)) {
        for flavour in row.flavours() {
            let row = measure(&**row, *flavour, &erlang, arguments.quick)?;
            report::print(&row);
            measured.push(row);
        }
    }
    let date = arguments.date.as_deref();
    arguments.page.map_or(Ok(()), |folder| {
        report::write(&measured, &machine, &folder, date)
    })
}
