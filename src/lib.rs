//! `belt` grades system designs by running them.
//!
//! Data flows one way, in the order of the modules below: the command line names a submission, the course says what
//! is asked, the submission is read with its positions, checks run it, points are counted, feedback is attached, and
//! one report is written that every renderer reads. `ARCHITECTURE.md` says what must stay true.

pub mod cli;
pub mod commands;
pub mod course;
pub mod portfolio;
pub mod submission;

pub mod checks;
pub mod diagram;
pub mod promql;
pub mod sim;
pub mod sql;

pub mod grade;
pub mod render;
pub mod report;

mod recent;
