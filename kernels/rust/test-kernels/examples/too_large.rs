//! On each message it tries to send one byte more than 1 MiB, sends the refusal as text, and then
//! sends exactly 1 MiB. Shows where the host's limit on messages lies.

use ringhost_sdk::prelude::*;

const MEBIBYTE: usize = 1024 * 1024;

#[ring_kernel]
pub fn too_large(context: &mut Context) -> Result<()> {
    loop {
        context.receive()?;
        match context.send(&Raw(vec![0; MEBIBYTE + 1])) {
            Ok(()) => bail!("a message of 1 MiB and a byte was taken"),
            Err(refusal) => context.send(&refusal.to_string().into())?,
        }
        context.send(&Raw(vec![0; MEBIBYTE]))?;
    }
}
