//! Whether what each kernel of a row sends is what the next one takes.

use super::Stage;
use crate::exit::Wrong;
use ringhost::message::schema::Messages;

/// Compares the declared types of neighbours. Where one declares none, whatever comes is passed.
///
/// # Errors
/// The first two stages that do not fit, with the place at which they differ.
pub fn check(stages: &[Stage], declared: &[Messages]) -> Result<(), Wrong> {
    let pairs = stages.iter().zip(declared);
    for ((from, sends), (to, takes)) in pairs.clone().zip(pairs.skip(1)) {
        let (Some(sent), Some(taken)) = (&sends.output, &takes.input) else {
            continue;
        };
        sent.agrees(taken).map_err(|difference| {
            let place = if difference.path.is_empty() {
                String::new()
            } else {
                format!(" at {}", difference.path)
            };
            Wrong(format!(
                "stage {:?} does not take what stage {:?} sends:{place} {:?} sends {}, {:?} takes {}",
                to.id, from.id, from.id, difference.one, to.id, difference.other
            ))
        })?;
    }
    Ok(())
}
