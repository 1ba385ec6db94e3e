//! What pseudocode can call, one file each. Semantics are those of the real thing; `docs` for learners come from `api`.

pub mod buffer;
pub mod clock;
pub mod database;
pub mod kv;
pub mod lock;
pub mod queue;
pub mod rand;
pub mod replicas;
pub mod service;
mod table;
#[cfg(test)]
mod tests;
pub mod topic;
