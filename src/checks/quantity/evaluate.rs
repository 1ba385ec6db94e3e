//! The calculator, within bounds.

use std::sync::atomic::{AtomicU64, Ordering};

/// Steps of the calculator after which a sum is given up; an honest one takes a few thousand.
const BUDGET: u64 = 200_000;
/// Most digits the powers in one sum may come to: more is larger than anything that is counted, and the
/// calculator's arithmetic is exact, so a single step of it may be long.
const MAX_DIGITS: f64 = 3_000.0;

/// Stops the calculator after a number of its own steps, so that the same text always ends alike.
struct Steps(AtomicU64);

impl fend_core::Interrupt for Steps {
    fn should_interrupt(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) >= BUDGET
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Number(f64),
    /// It has units left over.
    Units,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    TooLarge,
    Wrong,
}

/// The value of an expression without units, or that it has some.
pub(super) fn evaluate(expression: &str) -> Result<Value, Failure> {
    if exponents_too_large(expression) {
        return Err(Failure::TooLarge);
    }
    let mut context = fend_core::Context::new();
    let steps = Steps(AtomicU64::new(0));
    let answer = fend_core::evaluate_with_interrupt(expression, &mut context, &steps)
        .map_err(|_| if steps.0.load(Ordering::Relaxed) >= BUDGET { Failure::TooLarge } else { Failure::Wrong })?;
    let text = answer.get_main_result().trim().trim_start_matches("approx.").trim();
    let text = text.replace(',', "");
    if let Some(percent) = text.strip_suffix('%') {
        return percent.trim().parse::<f64>().map(|p| Value::Number(p / 100.0)).map_err(|_| Failure::Wrong);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Value::Number(number)),
        Ok(_) => Err(Failure::TooLarge),
        Err(_) if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => Ok(Value::Units),
        Err(_) => Err(Failure::Wrong),
    }
}

/// Towers and large powers are refused before they are tried.
fn exponents_too_large(expression: &str) -> bool {
    let (mut sum, mut product, mut nested) = (1.0, 1.0, false);
    let parts: Vec<&str> = expression.split('^').collect();
    for (at, part) in parts.iter().enumerate().skip(1) {
        let part = part.trim().trim_start_matches('-').trim_start();
        let digits: String = part.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | 'e')).collect();
        // What is no plain number may be of any size, and so may a power in an exponent.
        let tower = at + 1 < parts.len() && digits == part;
        match digits.parse::<f64>() {
            Ok(exponent) if !tower => {
                sum += exponent.abs();
                product *= exponent.abs().max(1.0);
                nested |= parts[at - 1].trim_end().ends_with(')');
            }
            _ => return true,
        }
    }
    (if nested { product } else { sum }) * longest_number(expression) > MAX_DIGITS
}

/// Digits of the longest number, those that its power of ten stands for included.
fn longest_number(expression: &str) -> f64 {
    let tokens = expression.split(|c: char| !(c.is_ascii_digit() || matches!(c, 'e' | '.')));
    let digits = |token: &str| match token.split_once('e') {
        Some((mantissa, power)) if !mantissa.is_empty() => mantissa.len() as f64 + power.parse::<f64>().unwrap_or(0.0),
        _ => token.len() as f64,
    };
    tokens.map(digits).fold(1.0, f64::max)
}
