//! How messages come to a function that resides on the device, and how its answers come back.

/// The ring through which a host and a resident kernel talk: memory of the host that both read and write
/// while the kernel runs.
///
/// | from | what | written by |
/// |---|---|---|
/// | [`Ring::GIVEN`] | how many messages were given since the launch, in the lower 32 bits of a word, and in the upper [`Ring::GO`], [`Ring::LAST`] or [`Ring::END`] | the host |
/// | [`Ring::ANSWERED`] | how many of them are answered: a word | the kernel |
/// | [`Ring::VERDICTS`] | for each place a word: what the [`Record`](crate::Record) said when the message was answered | the kernel |
/// | [`Ring::message`] | for each place as many bytes as the input has | the host |
/// | [`Ring::answer`] | for each place as many bytes as the output has | the kernel |
///
/// The message of number `n`, counted from zero, is in place `n % depth`, and so is its answer. Who writes a
/// count does so last, with release, and who reads it acquires. Both counts are zero at the launch.
///
/// The kernel has these parameters, in this order, and then
/// [`Translation::parameters`](crate::Translation::parameters):
///
/// | parameter | type | |
/// |---|---|---|
/// | `arena`, `size`, `record` | u64 | as for a launch |
/// | `ring` | u64 | where the ring is on the device, a multiple of 8 |
/// | `count` | u64 | items of each message, at most [`Ring::ITEMS`] |
/// | `fuel` | u64 | what each item may use for each message |
/// | `stack` | u32 | as for a launch |
/// | `depth` | u32 | places of the ring, at least one |
/// | `input`, `inputs` | u32 | where in the arena a message goes, and its bytes: both multiples of 4 |
/// | `output`, `outputs` | u32 | where the answer is found, and its bytes: both multiples of 4 |
/// | `polls` | u32 | how often it looks for a message in vain before it ends by itself |
///
/// It runs in one block of at most [`Translation::BLOCK`](crate::Translation::BLOCK) threads, a multiple of
/// 32. It ends between two messages: when it is told to, when it has waited for too long, when an item has
/// trapped, and when the host has cancelled, by [`Record::CANCEL`](crate::Record::CANCEL), the message that it
/// is at, which is not answered then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ring {
    /// Its places.
    pub depth: u32,
    /// Bytes of a message.
    pub inputs: u32,
    /// Bytes of an answer.
    pub outputs: u32,
}

impl Ring {
    /// Where it stands how many messages there are.
    pub const GIVEN: usize = 0;
    /// Where it stands how many are answered.
    pub const ANSWERED: usize = 128;
    /// Where it stands how each ended.
    pub const VERDICTS: usize = 256;
    /// The kernel is to wait for more messages.
    pub const GO: u32 = 0;
    /// It is to end when it has answered all that are given.
    pub const LAST: u32 = 1;
    /// It is to end when it has answered the one that it is at.
    pub const END: u32 = 2;
    /// The most items of a message.
    pub const ITEMS: u32 = 1024;

    /// Where a message is put, by its number; none where that is beyond all memory.
    pub fn message(&self, number: u32) -> Option<usize> {
        let place = (number.checked_rem(self.depth)? as usize).checked_mul(self.inputs as usize)?;
        self.messages()?.checked_add(place)
    }

    /// Where its answer is found.
    pub fn answer(&self, number: u32) -> Option<usize> {
        let place =
            (number.checked_rem(self.depth)? as usize).checked_mul(self.outputs as usize)?;
        self.answers()?.checked_add(place)
    }

    /// Where it is found what the record said.
    pub fn verdict(&self, number: u32) -> Option<usize> {
        let place = (number.checked_rem(self.depth)? as usize).checked_mul(8)?;
        Self::VERDICTS.checked_add(place)
    }

    /// Bytes of all of it; none where that is more than there can be.
    pub fn bytes(&self) -> Option<usize> {
        let answers = (self.depth as usize).checked_mul(self.outputs as usize)?;
        self.answers()?.checked_add(answers)
    }

    fn messages(&self) -> Option<usize> {
        (self.depth as usize)
            .checked_mul(8)?
            .checked_add(Self::VERDICTS)
    }

    fn answers(&self) -> Option<usize> {
        let messages = (self.depth as usize).checked_mul(self.inputs as usize)?;
        self.messages()?.checked_add(messages)
    }
}
