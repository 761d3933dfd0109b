//! The whole system from outside: real components, the public interface, one file a subject.

mod compilation;
mod conformance;
mod core_dumps;
mod endings;
mod fairness;
mod folders;
mod grants;
mod lifecycle_page;
mod limits;
mod loading;
mod manifest;
mod message_time;
mod messages;
mod model;
mod network;
mod pagerank;
mod pause;
mod provenance;
mod queues;
mod restart;
mod runtime_page;
mod shares;
mod supervision;
mod telemetry;
mod termination;
mod wasi;
