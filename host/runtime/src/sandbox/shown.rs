//! Names that a component has chosen, as they are shown: of any number and any length.

use std::borrow::Cow;

/// The first few, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    first(names, 8)
}

/// The first ones, so many, and how many more there are.
pub(super) fn first(names: &[String], shown: usize) -> String {
    let more = names.len().saturating_sub(shown);
    let names: Vec<_> = names.iter().take(shown).map(|name| bounded(name)).collect();
    let names = names.join(", ");
    match more {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

/// A name as it is shown, for a component can choose names of any length.
pub(super) fn bounded(name: &str) -> Cow<'_, str> {
    const SHOWN: usize = 100;
    match name.char_indices().nth(SHOWN) {
        None => name.into(),
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()).into(),
    }
}
