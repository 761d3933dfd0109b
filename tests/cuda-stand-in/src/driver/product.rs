//! Products of matrices, whose columns are one behind the other.

use super::work::{get, put};
use super::{Code, ILLEGAL_ADDRESS, MISALIGNED_ADDRESS};

/// What elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floats {
    Short,
    Long,
}

/// A matrix as it is stored: so many rows and columns, so many elements from one column to the next.
#[derive(Debug, Clone, Copy)]
pub struct Factor {
    pub address: u64,
    pub stride: u64,
    pub rows: u64,
    pub columns: u64,
    pub is_transposed: bool,
}

/// `c = alpha * a * b + beta * c`.
#[derive(Debug, Clone)]
pub struct Product {
    pub floats: Floats,
    pub depth: u64,
    pub a: Factor,
    pub b: Factor,
    pub c: Factor,
    pub scalars: [f64; 2],
    /// Where it can work and what it leaves there, so that two that work there at a time are seen.
    pub workspace: Option<(u64, u64)>,
    pub mark: u64,
}

/// The elements of a matrix that was read.
struct Read {
    elements: Vec<f64>,
    of: Factor,
}

impl Read {
    fn at(&self, row: u64, column: u64) -> f64 {
        let (row, column) = if self.of.is_transposed {
            (column, row)
        } else {
            (row, column)
        };
        self.elements[(column * self.of.stride + row) as usize]
    }
}

impl Product {
    pub fn run(&self) -> Result<(), Code> {
        let bytes = match self.floats {
            Floats::Short => 4,
            Floats::Long => 8,
        };
        let is_off = |factor: &Factor| !factor.address.is_multiple_of(bytes);
        if [&self.a, &self.b, &self.c].into_iter().any(is_off) {
            return Err(MISALIGNED_ADDRESS);
        }
        self.mark()?;
        let [alpha, beta] = self.scalars;
        let (a, b) = (self.read(&self.a)?, self.read(&self.b)?);
        let before = match beta {
            0.0 => None,
            _ => Some(self.read(&self.c)?),
        };
        for column in 0..self.c.columns {
            let mut new = Vec::new();
            for row in 0..self.c.rows {
                let products = (0..self.depth).map(|at| (a.at(row, at), b.at(at, column)));
                let old = before.as_ref().map(|before| before.at(row, column));
                match self.floats {
                    Floats::Short => {
                        let sum = products.fold(0.0_f32, |sum, (a, b)| sum + a as f32 * b as f32);
                        let added = old.map_or(0.0, |old| beta as f32 * old as f32);
                        new.extend((alpha as f32 * sum + added).to_le_bytes());
                    }
                    Floats::Long => {
                        let sum = products.fold(0.0, |sum, (a, b)| sum + a * b);
                        let added = old.map_or(0.0, |old| beta * old);
                        new.extend((alpha * sum + added).to_le_bytes());
                    }
                }
            }
            put(self.c.address + column * self.c.stride * bytes, &new)?;
        }
        self.look()
    }

    /// All from the first element to the last, what is between columns too.
    fn read(&self, factor: &Factor) -> Result<Read, Code> {
        let count = match (factor.rows, factor.columns) {
            (0, _) | (_, 0) => 0,
            (rows, columns) => (columns - 1) * factor.stride + rows,
        };
        let short = |bytes: &[u8; 4]| f64::from(f32::from_le_bytes(*bytes));
        let long = |bytes: &[u8; 8]| f64::from_le_bytes(*bytes);
        let elements = match self.floats {
            Floats::Short => {
                let bytes = get(factor.address, count * 4)?;
                bytes.as_chunks().0.iter().map(short).collect()
            }
            Floats::Long => {
                let bytes = get(factor.address, count * 8)?;
                bytes.as_chunks().0.iter().map(long).collect()
            }
        };
        Ok(Read {
            elements,
            of: *factor,
        })
    }

    /// Leaves something at both ends of its workspace.
    fn mark(&self) -> Result<(), Code> {
        for place in self.ends() {
            put(place, &self.mark.to_le_bytes())?;
        }
        Ok(())
    }

    /// Looks whether it is there still.
    fn look(&self) -> Result<(), Code> {
        for place in self.ends() {
            if get(place, 8)? != self.mark.to_le_bytes() {
                eprintln!("CUDA stand-in: another has worked in the workspace of a product");
                return Err(ILLEGAL_ADDRESS);
            }
        }
        Ok(())
    }

    fn ends(&self) -> impl Iterator<Item = u64> {
        let ends = self.workspace.filter(|(_, bytes)| *bytes >= 16);
        let ends = ends.map(|(begin, bytes)| [begin, begin + bytes - 8]);
        ends.into_iter().flatten()
    }
}
