//! The operators of a function, as they are taken over.

use crate::ProgramError;
use wasmparser::{FunctionBody, Operator};

/// The operators of a body. A call that is followed by `unreachable` is one itself: that is how
/// compilers write a call that does not return, of a panic or an abort, and nothing of what such a call
/// does is seen by anybody once the item has trapped. So what formats an error's words, and asks
/// the host to log them, is not reached.
pub(super) fn operators<'a>(
    body: &FunctionBody<'a>,
) -> Result<impl Iterator<Item = Result<Operator<'a>, ProgramError>>, ProgramError> {
    let mut operators = body
        .get_operators_reader()
        .map_err(invalid)?
        .into_iter()
        .peekable();
    Ok(std::iter::from_fn(move || {
        let operator = operators.next()?;
        if let Ok(Operator::Call { .. } | Operator::CallIndirect { .. }) = operator
            && let Some(Ok(Operator::Unreachable)) = operators.peek()
        {
            return Some(Ok(Operator::Unreachable));
        }
        Some(operator.map_err(invalid))
    }))
}

pub(super) fn invalid(error: wasmparser::BinaryReaderError) -> ProgramError {
    ProgramError::Invalid(error.to_string())
}
