//! The command from outside: what is typed, what is printed, and the exit code.

mod bad_input;
mod build;
mod deaths;
mod dev;
mod endings;
mod files;
mod grants;
mod inspect;
mod interrupt;
mod loading;
mod manifest;
mod new;
mod pipeline;
mod run;
mod support;
mod test;
