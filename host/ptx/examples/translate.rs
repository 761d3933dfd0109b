//! Prints the PTX of a compute function: `cargo run -p ringhost-ptx --example translate -- FILE FUNCTION
//! [mask|trap|deferred]`.

use ringhost_ptx::{Options, Policy, Target, translate};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, function, rest @ ..] = arguments.as_slice() else {
        panic!("wanted: FILE FUNCTION [mask|trap|deferred]");
    };
    let policy = match rest.first().map(String::as_str) {
        None | Some("mask") => Policy::Mask,
        Some("trap") => Policy::Trap,
        Some("deferred") => Policy::Deferred,
        Some(other) => panic!("no policy: {other}"),
    };
    let options = Options {
        policy,
        target: Target::Sm90,
        ..Options::default()
    };
    let module = std::fs::read(file).expect("the module");
    match translate(&module, function, &options) {
        Ok(translation) => print!("{}", translation.ptx),
        Err(error) => panic!("{error}"),
    }
}
