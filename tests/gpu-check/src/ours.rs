//! ringhost's side of a row: a space, its buffers and the launches of a kernel's own compute functions.

use crate::setting::Setting;
use anyhow::{Context, Result, ensure};
use ringhost_compute::{
    Argument, Buffer, Command, DeviceKind, Devices, Element, Event, Launch, Plan, Program, Space,
};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// A space for the compute functions of a kernel.
pub(crate) struct Ours<'a> {
    program: Program,
    space: Space,
    tokio: &'a Runtime,
}

impl<'a> Ours<'a> {
    /// With room for so many bytes of buffers, on the GPU.
    pub(crate) fn on_gpu(setting: &'a Setting, kernel: &str, bytes: u64) -> Result<Self> {
        let kind = DeviceKind::Cuda;
        Self::new(setting, &setting.devices, kind, kernel, bytes)
    }

    /// The same on these threads.
    pub(crate) fn on_cores(
        setting: &'a Setting,
        cores: &Devices,
        kernel: &str,
        bytes: u64,
    ) -> Result<Self> {
        Self::new(setting, cores, DeviceKind::Cpu, kernel, bytes)
    }

    fn new(
        setting: &'a Setting,
        devices: &Devices,
        kind: DeviceKind,
        kernel: &str,
        bytes: u64,
    ) -> Result<Self> {
        let program = setting.program(kernel)?;
        // Each buffer begins at a multiple of 256.
        let space = devices.space(Some(kind), &program, bytes + (64 << 10))?;
        Ok(Self {
            program,
            space,
            tokio: &setting.tokio,
        })
    }

    pub(crate) fn buffer(&self, bytes: &[u8]) -> Result<Buffer> {
        let buffer = self.zeros(bytes.len())?;
        self.space.write(&buffer, 0, bytes)?;
        Ok(buffer)
    }

    pub(crate) fn write(&self, buffer: &Buffer, bytes: &[u8]) -> Result<()> {
        Ok(self.space.write(buffer, 0, bytes)?)
    }

    pub(crate) fn zeros(&self, bytes: usize) -> Result<Buffer> {
        Ok(self.space.allocate(u32::try_from(bytes)?)?)
    }

    pub(crate) fn read(&self, buffer: &Buffer) -> Result<Vec<u8>> {
        Ok(self
            .tokio
            .block_on(self.space.read(buffer, 0, buffer.len()))?)
    }

    /// A launch with these arguments, to which the lengths of buffers are added where Rust's compute
    /// functions have them.
    pub(crate) fn launch(&self, function: &str, items: u32, given: &[Argument]) -> Result<Command> {
        let mut functions = self.program.functions().iter();
        let known = functions.find(|known| known.name == function);
        let known = known.with_context(|| format!("the kernel has no {function}"))?;
        let (mut given, mut arguments) = (given.iter(), Vec::new());
        let mut length = None;
        for parameter in &known.parameters {
            let is_length = parameter
                .name
                .as_ref()
                .is_some_and(|name| name.ends_with("-length"));
            let argument = match length.take().filter(|_| is_length) {
                Some(length) => Argument::I32(length),
                None => given.next().context("an argument is missing")?.clone(),
            };
            if let Argument::Buffer(buffer) = &argument {
                let bytes = parameter.element.map_or(1, size);
                length = Some((buffer.len() / bytes).cast_signed());
            }
            arguments.push(argument);
        }
        ensure!(given.next().is_none(), "{function} has fewer parameters");
        Ok(Command::Launch(Launch {
            function: function.to_owned(),
            items,
            arguments,
            fuel: None,
        }))
    }

    pub(crate) fn plan(&self, commands: Vec<Command>) -> Result<Plan> {
        Ok(self.space.plan(commands)?)
    }

    /// Does the plan so many times, and says how long that took.
    pub(crate) fn time(&self, plan: &Plan, times: u32) -> Result<Duration> {
        let begun = Instant::now();
        self.wait(&plan.run(times)?)?;
        Ok(begun.elapsed())
    }

    pub(crate) fn run(&self, commands: Vec<Command>) -> Result<()> {
        self.wait(&self.space.submit(commands)?)
    }

    fn wait(&self, event: &Event) -> Result<()> {
        self.tokio.block_on(event.wait())?;
        Ok(())
    }
}

/// How long an element is.
fn size(element: Element) -> u32 {
    match element {
        Element::I8 | Element::U8 => 1,
        Element::I16 | Element::U16 => 2,
        Element::I32 | Element::U32 | Element::F32 => 4,
        Element::I64 | Element::U64 | Element::F64 => 8,
    }
}

/// Numbers as bytes.
pub(crate) fn bytes_of<const N: usize>(numbers: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    numbers.flatten().collect()
}

/// Numbers from 0 to 1 without a pattern.
pub(crate) fn fractions(count: u32) -> impl Iterator<Item = f64> {
    (0..count)
        .map(|n| f64::from(n.wrapping_mul(2_654_435_761).rotate_left(9)) / f64::from(u32::MAX))
}

/// Asserts that the peer left the same bits, and says where it did not.
pub(crate) fn same(what: &str, ours: &[u8], theirs: &[u8]) -> Result<()> {
    ensure!(
        ours.len() == theirs.len(),
        "{what}: {} bytes beside {}",
        ours.len(),
        theirs.len()
    );
    let Some(at) = ours
        .iter()
        .zip(theirs)
        .position(|(one, other)| one != other)
    else {
        return Ok(());
    };
    let at = at / 8 * 8;
    let part = |bytes: &[u8]| {
        format!(
            "{:02x?}",
            bytes.get(at..bytes.len().min(at + 8)).unwrap_or_default()
        )
    };
    anyhow::bail!(
        "{what}: {} and the peer's {} differ at byte {at}",
        part(ours),
        part(theirs)
    )
}
