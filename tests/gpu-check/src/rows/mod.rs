//! The rows of the table. One more is one more file, and one more line in [`ALL`].

mod bodies;
mod cores;
mod gemm;
mod launch;
mod mandelbrot;
mod pagerank;
mod reduce;
mod resident;
mod saxpy;

use crate::measure::Measured;
use crate::setting::Setting;
use anyhow::Result;

/// What ringhost is called in each row.
pub(crate) const OURS: &str = "ringhost";
/// What the peer in CUDA C is called.
pub(crate) const CUDA_C: &str = "CUDA C";

/// A row: what it is called by who wants only some, and what measures it.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Does the work, holds the results against each other and takes the times.
    pub measure: fn(&Setting) -> Result<Measured>,
}

/// All rows, in the order of the table. Those on CPU cores need no GPU.
pub const ALL: [Row; 11] = [
    row("saxpy", saxpy::measure),
    row("reduce", reduce::measure),
    row("pagerank", pagerank::on_gpu),
    row("pagerank-cores", pagerank::on_cores),
    row("bodies", bodies::measure),
    row("mandelbrot", mandelbrot::measure),
    row("gemm", gemm::measure),
    row("replay", launch::replayed),
    row("launch", launch::waited_for),
    row("resident", resident::measure),
    row("cores", cores::measure),
];

const fn row(name: &'static str, measure: fn(&Setting) -> Result<Measured>) -> Row {
    Row { name, measure }
}
