//! Variables of the host's environment, by name.

use crate::error::InvalidOptionError;

/// # Errors
/// If one of them is no name of a variable.
pub(super) fn check(names: &[String]) -> Result<(), InvalidOptionError> {
    for name in names {
        let harmful = |character: char| character == '=' || character.is_control();
        if name.is_empty() || name.contains(harmful) {
            return Err(InvalidOptionError {
                option: "grants.environment",
                value: format!("{name:?}"),
                reason: "a variable's name is not empty and has no '=' and no control characters",
            });
        }
    }
    Ok(())
}

/// The variables that are set, once each, with their values.
///
/// # Errors
/// If a value is not text, which is all that a kernel can be given.
pub(super) fn read(names: &[String]) -> Result<Vec<(String, String)>, InvalidOptionError> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for name in names {
        let Some(value) = std::env::var_os(name) else {
            continue;
        };
        let value = value.into_string().map_err(|_| InvalidOptionError {
            option: "grants.environment",
            value: format!("{name:?}"),
            reason: "what the host's environment has under this name is not UTF-8",
        })?;
        if variables.iter().all(|(known, _)| known != name) {
            variables.push((name.clone(), value));
        }
    }
    Ok(variables)
}
