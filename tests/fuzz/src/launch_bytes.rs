//! Any bytes as a component.

use crate::drive::{Action, drive};
use crate::host::on_host;
use crate::oracle::{check_error, end};
use ringhost::{LaunchOptions, Limits, Source};
use ringhost_tests::echo_kernel;
use std::sync::LazyLock;
use std::time::Duration;

const NAME: &str = "bytes";

/// Version 13, layer 1.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// What is done with a kernel that could be launched.
const LIFE: [Action; 6] = [
    Action::Send(3),
    Action::Activate,
    Action::Receive,
    Action::Pause,
    Action::Resume,
    Action::Sleep(1),
];

/// Launches a component of these bytes and, if that works, lets it live for a moment. The first
/// byte says how the others are meant, so that most inputs get past the header.
///
/// # Panics
/// If the host broke a promise.
pub fn launch_bytes(input: &[u8]) {
    let component = component(input);
    let options = LaunchOptions::default().queue_size(4).limits(limits());
    on_host(async |runtime| {
        let source = Source::bytes(component);
        match runtime.launch_with(NAME, source, options.clone()).await {
            Ok(()) => {
                drive(runtime, NAME, &options, &LIFE).await;
                end(runtime, NAME, &options).await;
            }
            Err(error) => check_error(&error),
        }
    });
}

/// Small enough that whatever runs has soon reached one.
fn limits() -> Limits {
    Limits {
        memory_bytes: 4 << 20,
        table_elements: 1000,
        instances: 16,
        message_bytes: 1 << 10,
        queue_bytes: 16 << 10,
        fuel_slice: 10_000,
        fuel_total: Some(2_000_000),
        initialiser_fuel: 1_000_000,
        initialiser_time: Duration::from_secs(5),
        ..Limits::default()
    }
}

fn component(input: &[u8]) -> Vec<u8> {
    let Some((form, rest)) = input.split_first() else {
        return Vec::new();
    };
    match form % 4 {
        // As they are.
        0 => rest.to_owned(),
        // Behind the header.
        1 => [HEADER, rest].concat(),
        // As sections whose lengths are right.
        2 => sections(rest),
        // As the declaration of message types of an honest kernel.
        _ => declaring(rest),
    }
}

/// A component of sections: one byte for the kind, two for the length, and the contents.
fn sections(mut input: &[u8]) -> Vec<u8> {
    let mut component = HEADER.to_vec();
    while let [kind, low, high, rest @ ..] = input {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (contents, after) = rest.split_at(length);
        section(&mut component, *kind, contents);
        input = after;
    }
    component
}

fn declaring(declaration: &[u8]) -> Vec<u8> {
    static ECHO: LazyLock<Vec<u8>> = LazyLock::new(echo_kernel);
    const NAME: &[u8] = b"\x0dring:messages";
    let mut component = ECHO.clone();
    section(&mut component, 0, &[NAME, declaration].concat());
    component
}

fn section(component: &mut Vec<u8>, kind: u8, contents: &[u8]) {
    component.push(kind);
    let mut length = contents.len();
    while length >= 0x80 {
        component.push(length as u8 | 0x80);
        length >>= 7;
    }
    component.push(length as u8);
    component.extend_from_slice(contents);
}
