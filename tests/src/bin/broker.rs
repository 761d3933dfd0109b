//! The broker that tests start: what every embedder's `main` begins with, and nothing else.

#![deny(missing_docs)]

use std::process::ExitCode;

fn main() -> ExitCode {
    if ringhost::is_broker() {
        return ringhost::broker();
    }
    eprintln!("a host starts this program");
    ExitCode::FAILURE
}
