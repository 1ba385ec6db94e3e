//! The simulator: the learner's pseudocode under every schedule and fault within stated bounds.
//!
//! Read in this order: `world` (components are functions on numbered states), `client` (code is a tree of calls and answers),
//! `state`, `steps` and `explore` (the search over both), `scenario`, `judge` and `run` (what an author writes and how it is put
//! together), `story` (how a counterexample is told). Only `python` names the interpreter. `desugar` and `dialect`
//! rewrite what it does not speak.

pub mod client;
pub mod components;
mod desugar;
pub mod dialect;
pub mod errors;
pub mod explore;
pub mod inspect;
pub mod judge;
pub mod pure;
pub mod python;
pub mod run;
pub mod scenario;
pub mod state;
mod steps;
pub mod story;
pub mod value;
pub mod world;

#[cfg(test)]
mod explore_tests;
#[cfg(test)]
mod tests;

pub use scenario::{Files, Scenario, Trouble};
