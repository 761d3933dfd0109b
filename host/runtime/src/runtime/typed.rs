//! A kernel whose messages are Rust types.

use super::RingKernelRuntime;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::lifecycle::{Call, KernelId};
use crate::message::{MessageId, Outgoing, Priority, decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A kernel that takes `Input` and answers with `Output`, in postcard, as the guest SDK's typed
/// kernels do. Cheap to clone. Made by [`RingKernelRuntime::typed`].
pub struct TypedKernel<Input, Output> {
    kernel: Arc<Kernel>,
    types: PhantomData<fn(Input) -> Output>,
}

impl<Input, Output> Clone for TypedKernel<Input, Output> {
    fn clone(&self) -> Self {
        Self {
            kernel: self.kernel.clone(),
            types: PhantomData,
        }
    }
}

impl RingKernelRuntime {
    /// A handle on a launched kernel whose messages are Rust types.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched.
    pub fn typed<Input, Output>(
        &self,
        kernel_id: &str,
    ) -> Result<TypedKernel<Input, Output>, Error> {
        let kernel = self.shared.registry.kernel(kernel_id, Call::Receive)?;
        Ok(TypedKernel {
            kernel,
            types: PhantomData,
        })
    }
}

impl<Input: Serialize, Output: DeserializeOwned> TypedKernel<Input, Output> {
    /// The kernel's name.
    pub fn kernel_id(&self) -> &KernelId {
        self.kernel.id()
    }

    /// As [`RingKernelRuntime::send`].
    ///
    /// # Errors
    /// As there, and if the message cannot be encoded.
    pub async fn send(&self, message: &Input) -> Result<MessageId, Error> {
        self.kernel.send(outgoing(message)?, None).await
    }

    /// As [`RingKernelRuntime::send_timeout`].
    ///
    /// # Errors
    /// As there, and if the message cannot be encoded.
    pub async fn send_timeout(
        &self,
        message: &Input,
        timeout: Duration,
    ) -> Result<MessageId, Error> {
        self.kernel.send(outgoing(message)?, Some(timeout)).await
    }

    /// Sends a message in another band than the normal one.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_priority(
        &self,
        message: &Input,
        priority: Priority,
    ) -> Result<MessageId, Error> {
        self.kernel
            .send(outgoing(message)?.priority(priority), None)
            .await
    }

    /// As [`RingKernelRuntime::send_batch`].
    ///
    /// # Errors
    /// As there, and if a message cannot be encoded; then none is sent.
    pub async fn send_batch<'messages>(
        &self,
        messages: impl IntoIterator<Item = &'messages Input>,
    ) -> Result<usize, Error>
    where
        Input: 'messages,
    {
        let messages: Vec<_> = messages
            .into_iter()
            .map(outgoing)
            .collect::<Result<_, Error>>()?;
        self.kernel.send_batch(messages.into_iter(), None).await
    }

    /// As [`RingKernelRuntime::receive`].
    ///
    /// # Errors
    /// As there, and if the message is not an `Output`; it is taken all the same.
    pub async fn receive(&self) -> Result<Output, Error> {
        Ok(decode(&self.kernel.receive(None).await?.payload)?)
    }

    /// As [`RingKernelRuntime::receive_timeout`].
    ///
    /// # Errors
    /// As there, and if the message is not an `Output`; it is taken all the same.
    pub async fn receive_timeout(&self, timeout: Duration) -> Result<Output, Error> {
        Ok(decode(&self.kernel.receive(Some(timeout)).await?.payload)?)
    }

    /// As [`RingKernelRuntime::call`].
    ///
    /// # Errors
    /// As there, and if the message cannot be encoded or the reply is not an `Output`.
    pub async fn call(&self, message: &Input) -> Result<Output, Error> {
        Ok(decode(
            &self.kernel.call(outgoing(message)?, None).await?.payload,
        )?)
    }

    /// As [`RingKernelRuntime::call_timeout`].
    ///
    /// # Errors
    /// As there, and if the message cannot be encoded or the reply is not an `Output`.
    pub async fn call_timeout(&self, message: &Input, timeout: Duration) -> Result<Output, Error> {
        Ok(decode(
            &self
                .kernel
                .call(outgoing(message)?, Some(timeout))
                .await?
                .payload,
        )?)
    }
}

fn outgoing<T: Serialize>(message: &T) -> Result<Outgoing, Error> {
    Ok(Outgoing::new(encode(message)?))
}
