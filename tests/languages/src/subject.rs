//! A kernel in one of the languages, and what is said to it.

use anyhow::{Context, Result, ensure};
use ringhost::{LaunchOptions, Message, RingKernelRuntime};
use ringhost_tests::{PATIENCE, kernel, runtime};

/// The id of every kernel here.
pub const ID: &str = "subject";

/// A language, and what its kernels are called.
#[derive(Debug, Clone, Copy)]
pub struct Language {
    /// As people call it.
    pub name: &'static str,
    /// The component of its loop.
    pub conformance: &'static str,
    /// The component of its handler.
    pub counter: &'static str,
    /// By how many bytes a kernel's memory may grow over a million messages.
    pub growth: u64,
    /// Behaviours that it does not have, each with the reason.
    pub cannot: &'static [(&'static str, &'static str)],
}

impl Language {
    /// Why it does not have a behaviour, if it does not.
    pub fn cannot(&self, behaviour: &str) -> Option<&'static str> {
        let found = self.cannot.iter().find(|(name, _)| *name == behaviour)?;
        Some(found.1)
    }
}

const fn language(
    name: &'static str,
    conformance: &'static str,
    counter: &'static str,
) -> Language {
    Language {
        name,
        conformance,
        counter,
        growth: 64 << 10,
        cannot: &[],
    }
}

/// Those whose kernels are held to the contract.
pub const LANGUAGES: [Language; 10] = [
    language("Rust", "conformance", "tally"),
    language("C", "c-conformance", "c-counter"),
    language("C++", "cpp-conformance", "cpp-counter"),
    language("Zig", "zig-conformance", "zig-counter"),
    language(
        "AssemblyScript",
        "assemblyscript-conformance",
        "assemblyscript-counter",
    ),
    language("TypeScript", "typescript-conformance", "typescript-counter"),
    language("JavaScript", "javascript-conformance", "javascript-counter"),
    language("Python", "python-conformance", "python-counter"),
    Language {
        // Its collector first runs when there are 4 MiB.
        growth: 5 << 20,
        ..language("Go", "go-conformance", "go-counter")
    },
    Language {
        cannot: &[("print", "WebAssembly has nothing of its own to print with")],
        ..language("WAT", "wat-conformance", "wat-counter")
    },
];

/// A runtime for one kernel of a language.
pub struct Subject {
    /// Whose kernel it is.
    pub language: &'static Language,
    /// Where it runs.
    pub runtime: RingKernelRuntime,
}

impl Subject {
    /// Nothing is launched yet.
    pub fn new(language: &'static Language) -> Self {
        Self {
            language,
            runtime: runtime(),
        }
    }

    /// Starts the language's loop.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn start(&self, options: LaunchOptions) -> Result<()> {
        self.start_component(self.language.conformance, options)
            .await
    }

    /// Starts the language's handler.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn start_handler(&self, options: LaunchOptions) -> Result<()> {
        self.start_component(self.language.counter, options).await
    }

    async fn start_component(&self, component: &str, options: LaunchOptions) -> Result<()> {
        let launched = self.runtime.launch_with(ID, kernel(component), options);
        launched.await.context("it cannot be launched")?;
        self.runtime.activate(ID).await?;
        Ok(())
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If it is not taken.
    pub async fn send(&self, message: impl Into<ringhost::Outgoing>) -> Result<()> {
        self.runtime.send(ID, message).await?;
        Ok(())
    }

    /// The next message that it sends.
    ///
    /// # Errors
    /// If none comes.
    pub async fn receive(&self) -> Result<Message> {
        let received = self.runtime.receive_timeout(ID, PATIENCE).await;
        received.context("no answer came")
    }

    /// The same as text.
    ///
    /// # Errors
    /// If none comes, or it is no text.
    pub async fn receive_text(&self) -> Result<String> {
        let message = self.receive().await?;
        String::from_utf8(message.payload.into()).context("the answer is no UTF-8")
    }

    /// Sends a text and receives the answer.
    ///
    /// # Errors
    /// If it is not taken, or none comes.
    pub async fn ask(&self, text: &str) -> Result<String> {
        self.send(text.to_owned()).await?;
        self.receive_text().await
    }

    /// Sends a text, to which this is to be the answer.
    ///
    /// # Errors
    /// If it is another.
    pub async fn expect(&self, text: &str, answer: &str) -> Result<()> {
        let answered = self.ask(text).await?;
        ensure!(
            answered == answer,
            "to {text:?} it answers {answered:?}, not {answer:?}"
        );
        Ok(())
    }

    /// Sends so many messages and receives as many answers, of 100 bytes each, so that a kernel that
    /// keeps some of their memory is seen to.
    ///
    /// # Errors
    /// If one is another than expected, or does not come.
    pub async fn pass(&self, messages: usize) -> Result<()> {
        let text = |number: usize| format!("{number:0>100}");
        let runtime = self.runtime.clone();
        let sent = tokio::spawn(async move {
            for first in (0..messages).step_by(100) {
                let texts = (first..messages.min(first + 100)).map(text);
                runtime.send_batch(ID, texts).await?;
            }
            Ok::<_, ringhost::Error>(())
        });
        let mut received = 0;
        while received < messages {
            let timeout = PATIENCE;
            for message in self.runtime.receive_batch_timeout(ID, 100, timeout).await? {
                ensure!(
                    message.payload == text(received).as_str(),
                    "{:?} came for {received}",
                    message.payload
                );
                received += 1;
            }
        }
        sent.await??;
        Ok(())
    }

    /// The memory that the kernel holds, in bytes.
    ///
    /// # Errors
    /// If there is no kernel.
    pub fn held(&self) -> Result<u64> {
        let told = self.runtime.telemetry(ID)?;
        Ok(told.map_or(0, |told| told.memory_bytes))
    }
}
