//! Where compiled code is kept between runs.

/// Keeps what a device's driver has compiled, so that it need not be compiled again.
///
/// What is in it runs on the device beside the memory of all kernels. So a store answers nothing that it
/// was not given: it shall notice what others have put there, as by a message authentication code.
pub trait CodeStore: Send + Sync {
    /// The code that was kept under this name, if it is there and as it was.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps code. A name has letters, digits, `_` and `-`, and says all that the code depends on: the
    /// SHA-256 of the PTX, in which the function and the policy are, the device's architecture, and the
    /// driver's version. A store that cannot keep it is slow, not wrong.
    fn write(&self, name: &str, code: &[u8]);
}
