//! Lines of bounded length from a reader of anything.

use std::io::{self, BufRead, BufReader, Read};

/// A line of an input.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Its bytes, without the line end.
    Whole(Vec<u8>),
    /// It is longer than the limit. Its rest is read past before the next line, and not kept.
    TooLong,
}

/// Reads lines, and never keeps more of one than the limit.
pub struct Lines<R> {
    reader: BufReader<R>,
    limit: usize,
    /// The last line was too long, and its rest is still to be read.
    within_long_line: bool,
    /// Lines that were begun.
    pub count: u64,
    /// Bytes that were read.
    pub bytes: u64,
}

impl<R: Read> Lines<R> {
    /// Lines of at most `limit` bytes.
    pub fn new(reader: R, limit: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(64 << 10, reader),
            limit,
            within_long_line: false,
            count: 0,
            bytes: 0,
        }
    }

    /// The next line; `None` at the end. A last line without a line end is a line.
    ///
    /// # Errors
    /// If the reader fails.
    pub fn next(&mut self) -> io::Result<Option<Line>> {
        if self.within_long_line {
            self.pass_rest()?;
        }
        let mut line = Vec::new();
        // One more than the limit for the line end, and one to tell that there is too much.
        let most = (self.limit as u64).saturating_add(1);
        let read = self
            .reader
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut line)?;
        self.bytes += read as u64;
        if read == 0 {
            return Ok(None);
        }
        self.count += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > self.limit {
            self.within_long_line = true;
            return Ok(Some(Line::TooLong));
        }
        Ok(Some(Line::Whole(line)))
    }

    fn pass_rest(&mut self) -> io::Result<()> {
        self.bytes += self.reader.skip_until(b'\n')? as u64;
        self.within_long_line = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], limit: usize) -> Vec<Line> {
        let mut lines = Lines::new(text, limit);
        let all = std::iter::from_fn(|| lines.next().unwrap()).collect();
        assert_eq!(lines.bytes, text.len() as u64);
        all
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn lines_are_parted_at_line_ends() {
        assert_eq!(all(b"", 9), []);
        assert_eq!(all(b"a\n\nb", 9), [whole("a"), whole(""), whole("b")]);
        assert_eq!(all(b"a\r\n", 9), [whole("a\r")]);
    }

    #[test]
    fn a_line_over_the_limit_is_told_and_passed() {
        assert_eq!(
            all(b"abc\nabcd\nab", 3),
            [whole("abc"), Line::TooLong, whole("ab")]
        );
        assert_eq!(all(b"abcdefgh", 3), [Line::TooLong]);
        assert_eq!(all(b"abc", 3), [whole("abc")]);
    }

    #[test]
    fn the_largest_limit_is_none() {
        assert_eq!(all(b"a\nb", usize::MAX), [whole("a"), whole("b")]);
    }

    #[test]
    fn an_endless_line_is_refused_at_once() {
        let mut lines = Lines::new(io::repeat(b'x'), 1000);
        assert_eq!(lines.next().unwrap(), Some(Line::TooLong));
    }
}
