//! Prometheus in small: rule files on synthetic series, and Alertmanager behind them.
//!
//! The subset of PromQL: instant and range selectors with all four matchers and `offset`, subqueries; arithmetic,
//! comparison (`bool`), `and`, `or`, `unless` with `on`, `ignoring`, `group_left`, `group_right`; sum, avg, min, max,
//! count, group, stddev, stdvar, topk, bottomk, quantile with `by` and `without`; the functions in [`functions`]. Native
//! histograms, `@`, negative offsets, `count_values`, `info` and what is experimental are refused by name.
//!
//! Semantics are those of Prometheus 3: five minutes of lookback, stale marks, ranges open on the left, extrapolation of
//! `rate` with its limits, counter resets, stale marks of recorded series, alerts that are pending and firing, `ALERTS`.
//!
//! Read it in this order: [`parse`] and [`ast`], [`store`] and [`labels`], [`eval`] with [`functions`], [`aggregate`] and
//! [`matching`], [`rules`] with [`template`], [`routing`] with [`intervals`] and [`alertmanager`], [`replay`].

pub mod aggregate;
pub mod alertmanager;
pub mod ast;
pub mod duration;
pub mod eval;
pub mod functions;
pub mod intervals;
pub mod labels;
pub mod matching;
pub mod parse;
pub mod replay;
pub mod routing;
pub mod rules;
pub mod store;
pub mod template;
#[cfg(test)]
mod tests;

/// A map with a fast hash that is the same in every run.
type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::FixedState>;

/// The label that holds a metric's name.
pub const METRIC_NAME: &str = "__name__";
/// The label that holds an alert's name.
pub const ALERT_NAME: &str = "alertname";
