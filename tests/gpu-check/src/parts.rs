//! The tests of compute functions, which are programs beside this one: on the GPU of this machine they compare
//! with the CPU, bit for bit.

use crate::cublas;
use crate::setting::Sizes;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the loader looks for libraries first.
const LIBRARIES: &str = "LD_LIBRARY_PATH";

/// Tests that belong together.
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// What it says before it begins.
    pub says: &'static str,
    /// The program.
    program: &'static str,
    /// The beginnings of the names of the tests; those that are left out where there are none.
    only: &'static [&'static str],
    without: &'static [&'static str],
}

/// The parts, in the order in which what fails says most.
pub const ALL: [Part; 3] = [
    Part {
        name: "operators",
        says: "every operator and access, under each fence, on operands at an edge",
        program: "cuda",
        only: &["operators::", "accesses::"],
        without: &[],
    },
    Part {
        name: "hostile",
        says: "launches, their order, and functions that do what they should not",
        program: "cuda",
        only: &[],
        without: &["operators::", "accesses::"],
    },
    Part {
        name: "kernels",
        says: "kernels that launch",
        program: "gpu",
        only: &[],
        without: &[],
    },
];

impl Part {
    /// Runs the tests, whose programs are in this folder. They say themselves what they find.
    ///
    /// # Errors
    /// If one fails, or cannot be run.
    pub fn run(&self, programs: &Path, kernels: &Path, sizes: Sizes) -> Result<()> {
        let program: PathBuf = programs.join(self.program);
        let mut command = Command::new(&program);
        command.args(self.only);
        for name in self.without {
            command.args(["--skip", name]);
        }
        let wanted = match sizes {
            Sizes::Whole => "1",
            Sizes::Few => "few",
        };
        // Where Python alone has cuBLAS, the tests find it, too.
        if let (Some(folder), None) = (cublas::folder(), std::env::var_os(LIBRARIES)) {
            command.env(LIBRARIES, folder);
        }
        let status = command
            .env("RINGHOST_GPU", wanted)
            .env("RINGHOST_KERNELS", kernels)
            .status()
            .with_context(|| format!("cannot run {}", program.display()))?;
        ensure!(status.success(), "{}: some tests failed", self.name);
        Ok(())
    }
}
