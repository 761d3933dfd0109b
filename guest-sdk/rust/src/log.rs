//! A kernel's words for its operator.
//!
//! Write them with the macros [`trace!`](crate::trace), [`debug!`](crate::debug),
//! [`info!`](crate::info), [`warn!`](crate::warn) and [`error!`](crate::error). The host cuts a
//! line that is too long and drops lines of a kernel that logs too much. Logging never fails.
//!
//! In a native test the lines of a kernel that a [`TestHost`](crate::testing::TestHost) runs are
//! kept in its [`TestRun`](crate::testing::TestRun); other lines go to the standard error stream.

use std::borrow::Cow;
use std::fmt;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Steps, for whoever follows the program.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What an operator likes to know.
    Info,
    /// What an operator should look at.
    Warn,
    /// What went wrong.
    Error,
}

/// Logs one line.
pub fn log(level: Level, line: fmt::Arguments<'_>) {
    let text = match line.as_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(line.to_string()),
    };
    #[cfg(target_arch = "wasm32")]
    crate::guest::log(level, &text);
    #[cfg(not(target_arch = "wasm32"))]
    crate::testing::log(level, &text);
}

/// Logs a line at [`Level::Trace`](crate::log::Level::Trace), with the arguments of `format!`.
#[macro_export]
macro_rules! trace {
    ($($line:tt)+) => { $crate::log::log($crate::log::Level::Trace, ::std::format_args!($($line)+)) };
}

/// Logs a line at [`Level::Debug`](crate::log::Level::Debug), with the arguments of `format!`.
#[macro_export]
macro_rules! debug {
    ($($line:tt)+) => { $crate::log::log($crate::log::Level::Debug, ::std::format_args!($($line)+)) };
}

/// Logs a line at [`Level::Info`](crate::log::Level::Info), with the arguments of `format!`.
#[macro_export]
macro_rules! info {
    ($($line:tt)+) => { $crate::log::log($crate::log::Level::Info, ::std::format_args!($($line)+)) };
}

/// Logs a line at [`Level::Warn`](crate::log::Level::Warn), with the arguments of `format!`.
#[macro_export]
macro_rules! warn {
    ($($line:tt)+) => { $crate::log::log($crate::log::Level::Warn, ::std::format_args!($($line)+)) };
}

/// Logs a line at [`Level::Error`](crate::log::Level::Error), with the arguments of `format!`.
#[macro_export]
macro_rules! error {
    ($($line:tt)+) => { $crate::log::log($crate::log::Level::Error, ::std::format_args!($($line)+)) };
}
