//! Where in a value or a type something is.

use std::fmt;

/// The way from the whole to a part, shown as in `readings[3].value`. Empty for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path {
    /// Innermost first, since an error gathers its path on the way out.
    steps: Vec<Step>,
}

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a record's field or a variant's case.
    Member(String),
    /// Into an element of a list or tuple, counted from 0.
    Index(usize),
    /// Into the entry of a map with this key.
    Entry(String),
    /// Into what all elements of a list or option have in common.
    Element,
    /// Into what all keys of a map have in common.
    Keys,
    /// Into what all values of a map have in common.
    Values,
}

impl Path {
    /// The steps, outermost first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().rev()
    }

    /// Whether this is the whole.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds a step before all others.
    pub(super) fn enter(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// What an error's text begins with: the path and a colon, or nothing for the whole.
    pub(super) fn prefix(&self) -> String {
        if self.is_empty() {
            String::new()
        } else {
            format!("{self}: ")
        }
    }
}

impl fmt::Display for Path {
    /// Names are escaped, since they come from strangers and go to terminals.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps().enumerate() {
            match step {
                Step::Member(name) if position == 0 => write!(formatter, "{}", name.escape_debug()),
                Step::Member(name) => write!(formatter, ".{}", name.escape_debug()),
                Step::Index(index) => write!(formatter, "[{index}]"),
                Step::Entry(key) => write!(formatter, "[{key:?}]"),
                Step::Element => write!(formatter, "[]"),
                Step::Keys => write!(formatter, "[key]"),
                Step::Values => write!(formatter, "[value]"),
            }?;
        }
        Ok(())
    }
}
