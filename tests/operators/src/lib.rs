//! Every operator that a compute function can have, and operands at an edge: what the tests of the
//! translator run on a machine of their own, and those of the backends on a device.

#![deny(missing_docs)]

mod memory;
mod numbers;
mod vectors;

pub use memory::{LOADS, RMW, STORES, VECTOR_LOADS};
pub use numbers::{edges, numbers};
pub use vectors::{vector_operators, vectors};

/// An operator, with the types that it takes and gives.
#[derive(Debug, Clone)]
pub struct Operator {
    /// How it is called in the text format, with what is written behind its name.
    pub name: String,
    /// The types of its operands.
    pub takes: Vec<&'static str>,
    /// The type of its result.
    pub gives: &'static str,
}

fn operator(name: String, takes: &[&'static str], gives: &'static str) -> Operator {
    Operator {
        name,
        takes: takes.to_vec(),
        gives,
    }
}

/// Every combination of operands of these types that are at an edge, thinned where there are more than that.
#[must_use]
pub fn combinations(takes: &[&str], most: usize) -> Vec<Vec<u128>> {
    let mut all = vec![vec![]];
    for ty in takes {
        let edges = match *ty {
            "v128" => vectors(),
            ty => edges(ty).iter().map(|edge| u128::from(*edge)).collect(),
        };
        all = all
            .iter()
            .flat_map(|before: &Vec<u128>| {
                edges
                    .iter()
                    .map(|edge| before.iter().copied().chain([*edge]).collect())
            })
            .collect();
    }
    // A step that shares no factor with the number of edges meets each of them.
    let step = (all.len().div_ceil(most) | 1).max(1);
    all.into_iter().step_by(step).collect()
}
