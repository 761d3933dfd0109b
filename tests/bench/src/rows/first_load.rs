//! The first load of a component that nobody has seen before, with everything that comes with it:
//! its digest, the check of what it is and wants, its compilation, the file in the code cache, and
//! the kernel that is launched from it.

use super::launch::median;
use crate::bare::{engine, fault};
use crate::contender::{Contestant, Work};
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::ours::builder;
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;
use ringhost::RingKernelRuntime;
use std::time::Instant;
use tempfile::TempDir;
use wasmtime::Engine;
use wasmtime::component::Component;

const NAME: &str = "new";

/// A component of some 30 KB.
const COMPONENT: &str = "echo-plain";

/// The row.
pub(super) struct FirstLoad;

impl Row for FirstLoad {
    fn name(&self) -> String {
        "first load of a component of 30 KB".to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Ratio("wasmtime compiles it", Bound::AtMost(1.1));
        vec![Line::new("", "µs").target(target)]
    }

    fn flavours(&self) -> &'static [Flavour] {
        &[Flavour::TwoWorkers]
    }

    fn rounds(&self) -> usize {
        30
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let component = std::fs::read(ringhost_tests::kernel_path(COMPONENT))?;
        let cache = tempfile::tempdir()?;
        let runtime = builder(executor.handle())
            .cache_folder(cache.path())
            .build()?;
        let loads = Loads {
            runtime,
            components: News::of(component.clone()),
            _cache: cache,
        };
        let compilations = Compilations {
            engine: engine().map_err(fault)?,
            components: News::of(component),
        };
        Ok(vec![
            Contestant::in_task("ringhost", executor, loads),
            Contestant::in_task("wasmtime compiles it", executor, compilations),
        ])
    }
}

/// Components that do the same and are never twice the same.
struct News {
    component: Vec<u8>,
    number: u64,
}

impl News {
    fn of(component: Vec<u8>) -> Self {
        Self {
            component,
            number: 0,
        }
    }

    fn next(&mut self) -> Vec<u8> {
        self.number += 1;
        let mut bytes = self.component.clone();
        // A custom section of 10 bytes: a name of one letter, and the number.
        bytes.extend([0, 10, 1, b'n']);
        bytes.extend(self.number.to_le_bytes());
        bytes
    }
}

struct Loads {
    runtime: RingKernelRuntime,
    components: News,
    _cache: TempDir,
}

impl Work for Loads {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let component = self.components.next();
        let begun = Instant::now();
        self.runtime.launch_from(NAME, component).await?;
        let time = begun.elapsed();
        self.runtime.terminate(NAME).await?;
        self.runtime.remove(NAME)?;
        Ok(vec![median(&[time])?])
    }
}

struct Compilations {
    engine: Engine,
    components: News,
}

impl Work for Compilations {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let component = self.components.next();
        let begun = Instant::now();
        let compiled = Component::new(&self.engine, component).map_err(fault)?;
        let time = begun.elapsed();
        drop(compiled);
        Ok(vec![median(&[time])?])
    }
}
