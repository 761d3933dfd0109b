//! Text that is written while the program is compiled.

/// Counts all bytes that are pushed and keeps the first `LENGTH` of them: with a `LENGTH` of zero
/// it measures, with the measured length it writes.
pub(super) struct Text<const LENGTH: usize> {
    bytes: [u8; LENGTH],
    length: usize,
}

impl<const LENGTH: usize> Text<LENGTH> {
    pub(super) const fn empty() -> Self {
        Self {
            bytes: [0; LENGTH],
            length: 0,
        }
    }

    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// The whole text, of which `LENGTH` must be the measure.
    pub(super) const fn bytes(self) -> [u8; LENGTH] {
        assert!(self.length == LENGTH, "the text was not measured");
        self.bytes
    }

    pub(super) const fn push(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() {
            self.byte(text[index]);
            index += 1;
        }
    }

    /// Pushes a name as a JSON string. A raw identifier's `r#` is no part of its name.
    pub(super) const fn quote(&mut self, name: &str) {
        let name = name.as_bytes();
        let mut index = match name {
            [b'r', b'#', ..] => 2,
            _ => 0,
        };
        self.byte(b'"');
        while index < name.len() {
            match name[index] {
                byte @ (b'"' | b'\\') => {
                    self.byte(b'\\');
                    self.byte(byte);
                }
                byte @ 0..0x20 => {
                    self.push("\\u00");
                    self.byte(b'0' + (byte >> 4));
                    self.byte(b"0123456789abcdef"[(byte & 15) as usize]);
                }
                byte => self.byte(byte),
            }
            index += 1;
        }
        self.byte(b'"');
    }

    const fn byte(&mut self, byte: u8) {
        if self.length < LENGTH {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }
}
