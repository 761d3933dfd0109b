//! What host and compiler say to each other, once in each direction, over the compiler's standard
//! input and output.
//!
//! - to the compiler: the component's length, 8 bytes, little end first; the component;
//! - back: [`MAGIC`]; the kind of answer, 1 byte; the length of what follows, as above; that many
//!   bytes; the end.

use std::io::{self, Read, Write};

/// Tells a compiler's answer from whatever else a program may print.
const MAGIC: [u8; 8] = *b"ringcode";

/// What a compiler answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Compiled code, as `Component::serialize` makes it.
    Code(Vec<u8>),
    /// The component is invalid, and why.
    Invalid(String),
    /// There was not enough memory.
    OutOfMemory,
    /// The compiler itself cannot work here, and why.
    Fault(String),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// The output ended before the answer did.
    CutOff,
    /// The output is no answer of a compiler.
    Foreign,
    /// There is more of it than is allowed.
    TooLarge,
    /// The output cannot be read.
    Unreadable(io::Error),
}

/// Sends a component to a compiler.
pub(super) fn send_component(pipe: &mut impl Write, component: &[u8]) -> io::Result<()> {
    pipe.write_all(&(component.len() as u64).to_le_bytes())?;
    pipe.write_all(component)?;
    pipe.flush()
}

/// Receives it there.
pub(super) fn receive_component(pipe: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    pipe.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > limit {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut component = Vec::new();
    pipe.take(length).read_to_end(&mut component)?;
    if component.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(component)
}

/// Sends a compiler's answer.
pub(super) fn send_answer(pipe: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let (kind, content): (u8, &[u8]) = match answer {
        Answer::Code(code) => (0, code),
        Answer::Invalid(reason) => (1, reason.as_bytes()),
        Answer::OutOfMemory => (2, &[]),
        Answer::Fault(reason) => (3, reason.as_bytes()),
    };
    pipe.write_all(&MAGIC)?;
    pipe.write_all(&[kind])?;
    pipe.write_all(&(content.len() as u64).to_le_bytes())?;
    pipe.write_all(content)?;
    pipe.flush()
}

/// Receives it: everything up to the end of the pipe, and of content no more than the limit.
pub(super) fn receive_answer(pipe: &mut impl Read, limit: u64) -> Result<Answer, NoAnswer> {
    let magic: [u8; MAGIC.len()] = receive(pipe)?;
    if magic != MAGIC {
        return Err(NoAnswer::Foreign);
    }
    let [kind] = receive(pipe)?;
    let length = u64::from_le_bytes(receive(pipe)?);
    if length > limit {
        return Err(NoAnswer::TooLarge);
    }
    let mut content = Vec::new();
    // One byte more, to see that this is the end.
    pipe.take(length.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(NoAnswer::Unreadable)?;
    let received = content.len() as u64;
    if received < length {
        return Err(NoAnswer::CutOff);
    }
    if received > length {
        return Err(NoAnswer::Foreign);
    }
    let text = |content: Vec<u8>| String::from_utf8_lossy(&content).into_owned();
    match kind {
        0 => Ok(Answer::Code(content)),
        1 => Ok(Answer::Invalid(text(content))),
        2 => Ok(Answer::OutOfMemory),
        3 => Ok(Answer::Fault(text(content))),
        _ => Err(NoAnswer::Foreign),
    }
}

fn receive<const BYTES: usize>(pipe: &mut impl Read) -> Result<[u8; BYTES], NoAnswer> {
    let mut bytes = [0; BYTES];
    pipe.read_exact(&mut bytes)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => NoAnswer::CutOff,
            _ => NoAnswer::Unreadable(error),
        })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(answer: &Answer) -> Vec<u8> {
        let mut pipe = Vec::new();
        send_answer(&mut pipe, answer).unwrap();
        pipe
    }

    #[test]
    fn answers_arrive_as_they_were_sent() {
        for answer in [
            Answer::Code(vec![1, 2, 3]),
            Answer::Code(Vec::new()),
            Answer::Invalid("at offset 7".to_owned()),
            Answer::OutOfMemory,
            Answer::Fault("no".to_owned()),
        ] {
            let received = receive_answer(&mut sent(&answer).as_slice(), 100).unwrap();
            assert_eq!(received, answer);
        }
    }

    #[test]
    fn what_is_cut_off_foreign_or_too_large_is_told_apart() {
        let whole = sent(&Answer::Code(vec![7; 10]));
        for length in 0..whole.len() {
            let received = receive_answer(&mut &whole[..length], 10);
            assert!(matches!(received, Err(NoAnswer::CutOff)), "{received:?}");
        }
        let received = receive_answer(&mut whole.as_slice(), 9);
        assert!(matches!(received, Err(NoAnswer::TooLarge)), "{received:?}");
        let mut longer = whole.clone();
        longer.push(0);
        let mut unknown = whole.clone();
        unknown[MAGIC.len()] = 9;
        for foreign in [longer, unknown, b"Hello, world!".to_vec()] {
            let received = receive_answer(&mut foreign.as_slice(), 10);
            assert!(matches!(received, Err(NoAnswer::Foreign)), "{received:?}");
        }
    }

    #[test]
    fn a_component_arrives_whole_or_not_at_all() {
        let mut pipe = Vec::new();
        send_component(&mut pipe, b"component").unwrap();
        let received = receive_component(&mut pipe.as_slice(), 9).unwrap();
        assert_eq!(received, b"component");
        assert!(receive_component(&mut pipe.as_slice(), 8).is_err());
        assert!(receive_component(&mut &pipe[..pipe.len() - 1], 9).is_err());
    }
}
