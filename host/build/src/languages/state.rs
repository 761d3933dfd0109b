//! Whether a kernel has a state that can be taken out, where functions of these names say so.

use crate::contract::World;
use anyhow::{Result, bail};

/// The world of a kernel that was found to be a loop or a handler, by whether it has `snapshot` and
/// `restore`. In a loop, which keeps its state on its stack, these are names like any other.
///
/// # Errors
/// If a handler has one of them only.
pub(super) fn of(world: World, has: impl Fn(&str) -> bool) -> Result<World> {
    if world == World::Kernel {
        return Ok(world);
    }
    match (has("snapshot"), has("restore")) {
        (false, false) => Ok(world),
        (true, true) => Ok(World::StatefulHandler),
        (true, false) => bail!("it has `snapshot`, and no `restore` that takes on what that gives"),
        (false, true) => bail!("it has `restore`, and no `snapshot` that gives what that takes on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_with_both_functions_has_a_state() {
        let world = |world, has: bool| of(world, |_| has).unwrap();
        assert_eq!(world(World::Handler, true), World::StatefulHandler);
        assert_eq!(world(World::Handler, false), World::Handler);
        assert_eq!(world(World::Kernel, true), World::Kernel);
    }

    #[test]
    fn one_function_without_the_other_is_an_error_that_names_it() {
        for (present, missing) in [("snapshot", "no `restore`"), ("restore", "no `snapshot`")] {
            let error = of(World::Handler, |name| name == present).unwrap_err();
            assert!(error.to_string().contains(missing), "{error}");
        }
    }
}
