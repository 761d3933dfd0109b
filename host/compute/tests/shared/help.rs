//! What the tests of every device say often.

use ringhost_compute::{
    Argument, Buffer, Command, ComputeError, Event, Launch, Program, Space, Stats,
};
use std::time::Duration;

/// A program of these functions, or of none.
pub fn program(text: &str) -> Program {
    if text.is_empty() {
        return Program::none();
    }
    let module = wat::parse_str(format!("(module (memory 1) {text})")).unwrap();
    Program::of_module(&module).unwrap()
}

pub fn launch(function: &str, items: u32, arguments: Vec<Argument>) -> Launch {
    Launch {
        function: function.to_owned(),
        items,
        arguments,
        fuel: None,
    }
}

pub fn submit(space: &Space, launch: Launch) -> Event {
    space.submit(vec![Command::Launch(launch)]).unwrap()
}

/// Waits for what would hang if something were wrong.
pub async fn end(event: &Event) -> Result<Stats, ComputeError> {
    tokio::time::timeout(Duration::from_secs(120), event.wait())
        .await
        .expect("it ends")
}

pub async fn run(space: &Space, launch: Launch) -> Result<Stats, ComputeError> {
    end(&submit(space, launch)).await
}

/// A buffer with these numbers in it.
pub fn buffer<const N: usize>(space: &Space, numbers: impl IntoIterator<Item = [u8; N]>) -> Buffer {
    let bytes: Vec<u8> = numbers.into_iter().flatten().collect();
    let buffer = space.allocate(u32::try_from(bytes.len()).unwrap()).unwrap();
    space.write(&buffer, 0, &bytes).unwrap();
    buffer
}

pub async fn read(space: &Space, buffer: &Buffer) -> Vec<u8> {
    space.read(buffer, 0, buffer.len()).await.unwrap()
}

pub async fn read_u32(space: &Space, buffer: &Buffer) -> Vec<u32> {
    let bytes = read(space, buffer).await;
    let numbers = bytes.chunks_exact(4);
    numbers
        .map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

pub fn numbers(count: u32) -> impl Iterator<Item = u32> + Clone {
    // A fixed sequence without a pattern.
    (0..count).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(7) ^ 0x9e37)
}

pub fn floats(count: u32) -> impl Iterator<Item = f32> {
    numbers(count).map(|n| (n % 20_011) as f32 / 131.0 - 70.0)
}
