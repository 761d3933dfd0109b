//! Spaces and what is done in them, by the host's interface `compute`.

use std::marker::PhantomData;
use std::time::Duration;

use super::operation::Command;
use super::{Element, Resident, Scalar};
use crate::guest::nanoseconds;
pub(super) use bindings::ring::kernel::compute as imports;

pub use imports::{Device, DeviceKind, Error, Stats, Trap, TrapCode};

/// What wit-bindgen makes of the interface.
#[allow(missing_docs)]
mod bindings {
    wit_bindgen::generate!({
        inline: "package ringhost:computing; world computing { import ring:kernel/compute@0.1.0; }",
        path: "../../wit",
        world: "ringhost:computing/computing",
        with: {
            "ring:kernel/types@0.1.0": crate::guest::bindings::ring::kernel::types,
            "ring:kernel/compute@0.1.0": generate,
        },
    });
}

/// Bytes that one call hands to the host: it takes a message's length at least.
const AT_ONCE: usize = 1 << 20;

/// What a call returns that can fail.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// The devices on which the kernel may compute, the best first. There is always the CPU.
pub fn devices() -> Vec<Device> {
    imports::devices()
}

/// A memory on one device, in which compute functions run. What is submitted to it is done in order.
#[derive(Debug)]
pub struct Space(imports::Space);

impl Space {
    /// One of so many bytes, zeroed; on a device of this kind, or on the best one.
    ///
    /// # Errors
    /// If there is no such device, or the host does not grant so much memory.
    pub fn create(kind: Option<DeviceKind>, bytes: u64) -> Result<Self> {
        imports::Space::create(kind, bytes).map(Self)
    }

    /// The device that it is on.
    pub fn device(&self) -> Device {
        self.0.device()
    }

    /// A buffer of so many elements, zeroed.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn allocate<T: Element>(&self, length: u32) -> Result<Buffer<T>> {
        let bytes = u64::from(length) * size_of::<T>() as u64;
        let bytes = u32::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
        Ok(Buffer {
            buffer: self.0.allocate(bytes)?,
            length,
            elements: PhantomData,
        })
    }

    /// A buffer with these elements.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn buffer<T: Element>(&self, elements: &[T]) -> Result<Buffer<T>> {
        let length = u32::try_from(elements.len()).map_err(|_| Error::OutOfMemory)?;
        let buffer = self.allocate(length)?;
        buffer.write(elements)?;
        Ok(buffer)
    }

    /// Has launches or other commands done, one behind the other, and returns at once.
    ///
    /// # Errors
    /// If a launch names no function, or has other arguments than it; if there is no room for an operation.
    pub fn submit<'a, C: Into<Command<'a>>>(
        &self,
        commands: impl IntoIterator<Item = C>,
    ) -> Result<Event> {
        self.0.submit(&list(commands)).map(Event)
    }

    /// Has launches or other commands done, and waits for their end.
    ///
    /// # Errors
    /// As [`submit`](Self::submit)'s; if one failed; if the host asks the kernel to end.
    pub fn run<'a, C: Into<Command<'a>>>(
        &self,
        commands: impl IntoIterator<Item = C>,
    ) -> Result<Stats> {
        self.submit(commands)?.wait(None)
    }

    /// Checks launches or other commands once, to have them done many times.
    ///
    /// # Errors
    /// As [`submit`](Self::submit)'s.
    pub fn plan<'a, C: Into<Command<'a>>>(
        &self,
        commands: impl IntoIterator<Item = C>,
    ) -> Result<Plan> {
        self.0.plan(&list(commands)).map(Plan)
    }

    /// Has a function stay on the device and answer messages, of which so many can be under way. Each is
    /// put into `input`, the launch is run, and all of `output` is the answer.
    ///
    /// # Errors
    /// As [`submit`](Self::submit)'s; if the launch has more than 1024 items, or the host grants no more.
    pub fn reside<I: Element, O: Element>(
        &self,
        launch: Launch<'_>,
        input: &Buffer<I>,
        output: &Buffer<O>,
        depth: u32,
    ) -> Result<Resident<I, O>> {
        let residence = imports::Residence {
            launch: launch.0,
            input: &input.buffer,
            output: &output.buffer,
            depth,
        };
        let resident = self.0.reside(&residence)?;
        Ok(Resident::new(resident))
    }
}

fn list<'a, C: Into<Command<'a>>>(
    commands: impl IntoIterator<Item = C>,
) -> Vec<imports::Command<'a>> {
    let commands = commands.into_iter().map(Into::into);
    commands.map(|Command(command)| command).collect()
}

/// Elements in a space.
#[derive(Debug)]
pub struct Buffer<T> {
    pub(super) buffer: imports::Buffer,
    pub(super) length: u32,
    elements: PhantomData<T>,
}

impl<T: Element> Buffer<T> {
    /// How many elements it has.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// Writes elements from its beginning on, behind all that was submitted before.
    ///
    /// # Errors
    /// If there are more than it has.
    pub fn write(&self, elements: &[T]) -> Result<()> {
        let mut offset = 0;
        for part in bytes_of(elements).chunks(AT_ONCE) {
            self.buffer.write(offset, part)?;
            offset = offset.saturating_add(part.len() as u32);
        }
        Ok(())
    }

    /// Its elements, when all that was submitted before is done.
    ///
    /// # Errors
    /// If a launch that could write them failed; if the host asks the kernel to end.
    pub fn read(&self) -> Result<Vec<T>> {
        let bytes = self.buffer.read(0, self.buffer.length(), None)?;
        Ok(elements_of(&bytes))
    }
}

pub(super) fn bytes_of<T: Element>(elements: &[T]) -> &[u8] {
    // SAFETY: an element is a number, all of whose bytes are set, and any address is aligned for bytes.
    unsafe { std::slice::from_raw_parts(elements.as_ptr().cast::<u8>(), size_of_val(elements)) }
}

pub(super) fn elements_of<T: Element>(bytes: &[u8]) -> Vec<T> {
    let mut elements = Vec::with_capacity(bytes.len() / size_of::<T>());
    for chunk in bytes.chunks_exact(size_of::<T>()) {
        // SAFETY: the chunk has as many bytes as an element, which is a number: any bytes are one.
        elements.push(unsafe { chunk.as_ptr().cast::<T>().read_unaligned() });
    }
    elements
}

/// A function that is to run for so many items. The attribute [`compute`](macro@crate::compute) makes them
/// with the arguments that its function takes.
#[derive(Debug)]
pub struct Launch<'a>(imports::Launch<'a>);

impl<'a> Launch<'a> {
    /// For the function that the component exports as `compute:` and this name.
    pub fn new(function: &str, items: u32) -> Self {
        Self(imports::Launch {
            function: function.to_owned(),
            items,
            arguments: Vec::new(),
            fuel: None,
        })
    }

    /// With a number as the next argument.
    pub fn number(mut self, number: impl Scalar) -> Self {
        self.0.arguments.push(number.argument());
        self
    }

    /// With a buffer as the next two: where it begins, and how many elements it has.
    pub fn buffer<T: Element>(mut self, buffer: &'a Buffer<T>) -> Self {
        let address = imports::Argument::Buffer(&buffer.buffer);
        self.0.arguments.push(address);
        self.number(buffer.length)
    }

    /// With so much fuel for each item: turns of loops, and calls of functions.
    pub fn fuel(mut self, fuel: u64) -> Self {
        self.0.fuel = Some(fuel);
        self
    }
}

impl<'a> From<Launch<'a>> for Command<'a> {
    fn from(launch: Launch<'a>) -> Self {
        Self(imports::Command::Launch(launch.0))
    }
}

/// An argument, as the host takes it.
#[doc(hidden)]
pub use imports::Argument;

/// Commands that are checked, to be done again and again.
#[derive(Debug)]
pub struct Plan(imports::Plan);

impl Plan {
    /// Has them done so many times, and returns at once.
    ///
    /// # Errors
    /// If the host grants no more.
    pub fn run(&self, times: u32) -> Result<Event> {
        self.0.run(times).map(Event)
    }
}

/// What was submitted.
#[derive(Debug)]
pub struct Event(imports::Event);

impl Event {
    /// How it ended; `None` while it goes on.
    pub fn poll(&self) -> Option<Result<Stats>> {
        self.0.poll()
    }

    /// Waits for its end, with a timeout as long as that says.
    ///
    /// # Errors
    /// If a launch failed or was cancelled; if it takes longer; if the host asks the kernel to end.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<Stats> {
        self.0.wait(timeout.map(nanoseconds))
    }

    /// Ends it where it is, if it still goes on.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
