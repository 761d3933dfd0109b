//! What the calls of a kernel do.

use super::computing::{Buffer, Charge, Computing, Event, Plan, Space};
use super::types::{
    Argument, Command, CopyPart, Error, FillPart, Launch, MadeBuffer, MadeEvent, MadePlan,
    MadeSpace, WritePart,
};
use crate::imports::control::Place;
use crate::imports::{Host, Ports};
use crate::lifecycle::KernelState;
use ringhost_compute as compute;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::Resource;

impl Host {
    /// What it computes with.
    ///
    /// # Errors
    /// In a world in which that is answered with nothing.
    pub(super) fn computing(&mut self) -> Result<&mut Computing, Error> {
        self.compute.as_deref_mut().ok_or_else(|| {
            let words = "its world is empty, and compute is not granted in it";
            Error::NoDevice(words.to_owned())
        })
    }

    /// What a handle of the kernel's stands for.
    ///
    /// # Errors
    /// If it holds no such thing, which wasmtime does not let happen.
    pub(super) fn held<T: 'static>(&mut self, handle: &Resource<T>) -> wasmtime::Result<&T> {
        let computing = self.compute.as_deref();
        let computing = computing.ok_or_else(|| wasmtime::Error::msg("it computes nothing"))?;
        computing.get(handle)
    }

    pub(super) async fn create(
        &mut self,
        kind: Option<compute::DeviceKind>,
        bytes: u64,
    ) -> MadeSpace {
        let made = match self.make(kind, bytes).await {
            // A space on a GPU takes more than is asked for. What is granted may be enough elsewhere.
            Err(Error::Quota(_)) if kind.is_none() => {
                self.make(Some(compute::DeviceKind::Cpu), bytes).await
            }
            made => made,
        };
        let (space, charge) = made?;
        self.computing()?.hold(Space {
            space,
            _charge: charge,
        })
    }

    /// Makes a space, and charges what it takes of what is granted.
    async fn make(
        &mut self,
        kind: Option<compute::DeviceKind>,
        bytes: u64,
    ) -> Result<(compute::Space, Arc<Charge>), Error> {
        let charge = self.computing()?.charge(bytes)?;
        let computer = self.computing()?.computer.clone();
        // The first one of a component takes its compilation.
        let make = move || computer.devices.space(kind, &computer.program, bytes);
        let made = tokio::task::spawn_blocking(make).await;
        let space = made.map_err(|error| Error::DeviceLost(error.to_string()))??;
        // On the CPU, what nothing has written takes no memory.
        if space.device().kind == compute::DeviceKind::Cpu {
            return Ok((space, charge));
        }
        drop(charge);
        let charge = self.computing()?.charge(space.memory_bytes())?;
        Ok((space, charge))
    }

    /// The devices. The first time, they are looked for.
    pub(super) async fn devices(&mut self) -> Vec<compute::DeviceInfo> {
        let Some(computing) = self.compute.as_deref() else {
            return Vec::new();
        };
        let devices = computing.computer.devices.clone();
        let list = tokio::task::spawn_blocking(move || devices.list());
        list.await.unwrap_or_default()
    }

    pub(super) fn allocate(
        &mut self,
        space: &Resource<Space>,
        bytes: u32,
    ) -> wasmtime::Result<MadeBuffer> {
        let space = self.held(space)?.clone();
        let made = space.space.allocate(bytes).map_err(Error::from);
        Ok(made.and_then(|buffer| self.computing()?.hold(Buffer { buffer, space })))
    }

    pub(super) async fn submit(
        &mut self,
        space: &Resource<Space>,
        commands: Vec<Command>,
    ) -> wasmtime::Result<MadeEvent> {
        let space = self.held(space)?.clone();
        let commands = self.commands(commands)?;
        let target = space.space.clone();
        let submit = move || target.submit(commands);
        let event = self.begin_flight(submit).await?;
        Ok(event.and_then(|event| self.hold_event(event, Some(space))))
    }

    pub(super) fn plan(
        &mut self,
        space: &Resource<Space>,
        commands: Vec<Command>,
    ) -> wasmtime::Result<MadePlan> {
        let space = self.held(space)?.clone();
        let commands = self.commands(commands)?;
        let made = space.space.plan(commands).map_err(Error::from);
        Ok(made.and_then(|plan| {
            self.computing()?.hold(Plan {
                plan,
                _space: space,
            })
        }))
    }

    pub(super) async fn run(
        &mut self,
        plan: &Resource<Plan>,
        times: u32,
    ) -> wasmtime::Result<MadeEvent> {
        let plan = self.held(plan)?.plan.clone();
        let event = self.begin_flight(move || plan.run(times)).await?;
        Ok(event.and_then(|event| self.hold_event(event, None)))
    }

    pub(super) async fn write(
        &mut self,
        buffer: &Resource<Buffer>,
        offset: u32,
        bytes: &[u8],
    ) -> wasmtime::Result<Result<(), Error>> {
        let Buffer { buffer, space } = self.held(buffer)?;
        let (buffer, space) = (buffer.clone(), space.space.clone());
        let write = compute::Command::Write {
            buffer,
            offset,
            bytes: bytes.to_vec(),
        };
        let event = self.begin_flight(move || space.submit(vec![write])).await?;
        Ok(event.map(drop))
    }

    fn hold_event(
        &mut self,
        event: compute::Event,
        space: Option<Space>,
    ) -> Result<Resource<Event>, Error> {
        self.computing()?.hold(Event {
            event,
            _space: space,
        })
    }

    /// Submits something as soon as less is under way than is granted.
    async fn begin_flight(
        &mut self,
        submit: impl FnOnce() -> Result<compute::Event, compute::ComputeError>,
    ) -> wasmtime::Result<Result<compute::Event, Error>> {
        while let Ok(computing) = self.computing()
            && let Some(first) = computing.first_of_many()
        {
            self.require_waiting("compute")?;
            let ended = async {
                // How it ended is told to who asks its own event.
                let _ = first.wait().await;
                Ok(())
            };
            if let Err(error) = until(&self.ports, None, ended).await {
                return Ok(Err(error));
            }
        }
        let left = match self.computing().and_then(|computing| computing.time_left()) {
            Ok(left) => left,
            Err(error) => return Ok(Err(error)),
        };
        let event = match submit() {
            Ok(event) => event,
            Err(error) => return Ok(Err(error.into())),
        };
        if let Ok(computing) = self.computing() {
            computing.under_way(&event, left);
        }
        Ok(Ok(event))
    }

    fn commands(&mut self, commands: Vec<Command>) -> wasmtime::Result<Vec<compute::Command>> {
        commands
            .into_iter()
            .map(|command| self.command(command))
            .collect()
    }

    fn command(&mut self, command: Command) -> wasmtime::Result<compute::Command> {
        Ok(match command {
            Command::Write(WritePart { to, offset, bytes }) => compute::Command::Write {
                buffer: self.buffer(&to)?,
                offset,
                bytes: bytes.to_vec(),
            },
            Command::Copy(CopyPart {
                to,
                to_offset,
                from,
                from_offset,
                length,
            }) => compute::Command::Copy {
                to: self.buffer(&to)?,
                to_offset,
                from: self.buffer(&from)?,
                from_offset,
                length,
            },
            Command::Fill(FillPart {
                to,
                offset,
                length,
                byte,
            }) => compute::Command::Fill {
                buffer: self.buffer(&to)?,
                offset,
                length,
                byte,
            },
            Command::Reduce(reduce) => compute::Command::Reduce(self.reduce(reduce)?),
            Command::Scan(scan) => compute::Command::Scan(self.scan(scan)?),
            Command::Sort(sort) => compute::Command::Sort(self.sort(sort)?),
            Command::Gemm(gemm) => compute::Command::Gemm(self.gemm(gemm)?),
            Command::Launch(launch) => compute::Command::Launch(self.launch(launch)?),
        })
    }

    pub(super) fn launch(&mut self, launch: Launch) -> wasmtime::Result<compute::Launch> {
        let arguments = launch.arguments.into_iter();
        Ok(compute::Launch {
            function: launch.function,
            items: launch.items,
            arguments: arguments
                .map(|argument| self.argument(argument))
                .collect::<wasmtime::Result<_>>()?,
            fuel: launch.fuel,
        })
    }

    fn argument(&mut self, argument: Argument) -> wasmtime::Result<compute::Argument> {
        Ok(match argument {
            Argument::Int32(value) => compute::Argument::I32(value),
            Argument::Int64(value) => compute::Argument::I64(value),
            Argument::Float32(value) => compute::Argument::F32(value),
            Argument::Float64(value) => compute::Argument::F64(value),
            Argument::Buffer(buffer) => compute::Argument::Buffer(self.buffer(&buffer)?),
        })
    }

    pub(super) fn buffer(
        &mut self,
        buffer: &Resource<Buffer>,
    ) -> wasmtime::Result<compute::Buffer> {
        Ok(self.held(buffer)?.buffer.clone())
    }
}

/// The contract's duration.
pub(super) fn duration(nanoseconds: Option<u64>) -> Option<Duration> {
    nanoseconds.map(Duration::from_nanos)
}

/// Waits for something, at most so long, and until the kernel is asked to end.
pub(super) async fn until<T>(
    ports: &Ports,
    timeout: Option<Duration>,
    waiting: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Error> {
    let _waiting = ports.control.mark(Place::Waiting);
    let asked = ports
        .status
        .wait_until(|state| !matches!(state, KernelState::Active | KernelState::Deactivated));
    let ended = async {
        tokio::select! {
            biased;
            ended = waiting => ended,
            _ = asked => Err(Error::Terminating),
        }
    };
    match timeout {
        None => ended.await,
        Some(timeout) => tokio::time::timeout(timeout, ended)
            .await
            .unwrap_or(Err(Error::Timeout)),
    }
}
