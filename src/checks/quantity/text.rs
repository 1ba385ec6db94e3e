//! A quantity as people write it, as an expression the calculator reads.
//!
//! `~100M new URLs per day` becomes `100e6 / day`. Only numbers, units and arithmetic get through; nouns are dropped, for
//! they count things and have no dimension. What remains is short and cannot name a function of the calculator.

use super::tokens::{Bytes, Token, tokens};
use super::units;

/// Longest text that is read, in bytes.
pub(super) const MAX_BYTES: usize = 300;

/// A quantity as the calculator reads it, and what the calculator does not see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub text: String,
    /// Whether it names a unit; one without is taken to be in the unit asked for.
    pub units: bool,
    /// The word right behind a number that has no unit: what is counted.
    pub counted: Option<String>,
    /// A word of which a unit is a slip of the pen away, and that unit.
    pub nearly: Option<(String, &'static str)>,
}

/// The expression, or why there is none.
pub(super) fn expression(text: &str, bytes: Bytes) -> Result<Sum, String> {
    if text.len() > MAX_BYTES {
        return Err("the text is too long for a quantity".to_owned());
    }
    // `N = 3, W = 2`
    if pattern!(r"=[^=,;]*\d[^=,;]*[,;]\s*[A-Za-z]\w*\s*=").is_match(text) {
        return Err("several values stand here; write the one that is asked for".to_owned());
    }
    let text = text.replace("->", "→");
    let part = value_part(&text);
    let factor = part.strip_prefix(['x', 'X']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let (mut tokens, tight) = tokens(factor.unwrap_or(part), bytes)?;
    // `5x`: a factor, as `x5` is.
    if tokens.len() == 2 {
        tokens.retain(|token| *token != Token::Operator("*"));
    }
    let seen = seen(&tokens);
    let tight = unit_of_all(&mut tokens, tight);
    percent_of_something(&tokens)?;
    let text = written(&tokens, &tight)?;
    Ok(Sum { text, ..seen })
}

fn seen(tokens: &[Token]) -> Sum {
    let noun = |token: &Token| match token {
        Token::Noun(word) => Some(word.clone()),
        _ => None,
    };
    let counted =
        tokens.windows(2).find_map(|pair| matches!(pair[0], Token::Number(_)).then(|| noun(&pair[1])).flatten());
    let nearly = tokens.iter().filter_map(noun).find_map(|word| units::nearly(&word).map(|unit| (word, unit)));
    let units = tokens.iter().any(|token| matches!(token, Token::Unit(unit) if *unit != "%"));
    Sum { text: String::new(), units, counted, nearly }
}

/// `100 + 20 %`: twenty more, or a fifth of one more?
fn percent_of_something(tokens: &[Token]) -> Result<(), String> {
    let percent = |at: usize| matches!(tokens.get(at), Some(Token::Unit("%")));
    let bare = (0..tokens.len()).any(|at| matches!(tokens[at], Token::Number(_)) && !percent(at + 1));
    let added = (0..tokens.len()).find_map(|at| match &tokens[at..] {
        [Token::Operator(sign @ ("+" | "-")), Token::Number(number), ..] if percent(at + 2) => Some((*sign, number)),
        _ => None,
    });
    match added.filter(|_| bare) {
        Some((sign, number)) => {
            let share = number.parse::<f64>().unwrap_or_default() / 100.0;
            let times = if sign == "+" { 1.0 + share } else { 1.0 - share };
            let times = super::number(times);
            Err(format!(
                "it is not clear what the {number} % are of; for {number} % {} write `* {times}`",
                if sign == "+" { "more" } else { "less" }
            ))
        }
        None => Ok(()),
    }
}

/// The tokens as a sum of the calculator's.
fn written(tokens: &[Token], tight: &[usize]) -> Result<String, String> {
    let mut out: Vec<String> = Vec::new();
    let mut numbers = 0;
    let mut joins = false;
    let mut before: Option<&Token> = None;
    // Words since then; and whether the operand is the 1 that stands for a noun.
    let (mut gap, mut held): (Vec<&str>, bool) = (Vec::new(), false);
    for (at, token) in tokens.iter().enumerate() {
        let operand_due = matches!(before, None | Some(Token::Operator("+" | "-" | "*" | "/" | "^" | "(" | "to")));
        match token {
            Token::Number(number) => {
                // `2 h 30 min` is a sum.
                let next = tokens.get(at + 1);
                let apart = gap.iter().any(|word| *word != "and");
                joins = !apart
                    && matches!((&before, next), (Some(Token::Unit(a)), Some(Token::Unit(b))) if is_part_of(b, a));
                if matches!(before, Some(Token::Number(_) | Token::Unit(_) | Token::Noun(_))) && !joins {
                    return Err(
                        "two numbers stand side by side without an operator between them; write one number, or the sum"
                            .to_owned(),
                    );
                }
                numbers += 1;
                held = false;
                out.push(number.clone());
            }
            // `100M / 86400 s` divides by the seconds too.
            // `6000/s / 200/s`: a rate written tight is one operand.
            Token::Unit(unit) if at.checked_sub(1).is_some_and(|at| tight.contains(&at)) && out.len() > 2 && !held => {
                out.pop();
                let operand = out.pop().unwrap_or_default();
                out.push(format!("({operand} / {unit})"));
            }
            // `2^20 bytes`
            Token::Unit(unit)
                if matches!(before, Some(Token::Number(_))) && out.iter().rev().nth(1).is_some_and(|o| o == "^") =>
            {
                out.extend(["*".to_owned(), (*unit).to_owned()]);
            }
            Token::Unit(unit) => match (out.last_mut(), &before) {
                (Some(last), Some(Token::Number(_))) => {
                    *last = format!("({last} {unit})");
                    if std::mem::take(&mut joins)
                        && let (Some(part), Some(whole)) = (out.pop(), out.pop())
                    {
                        out.push(format!("({whole} + {part})"));
                    }
                }
                _ => out.push((*unit).to_string()),
            },
            Token::Operator(operator) => out.push((*operator).to_string()),
            Token::Noun(word) => {
                gap.push(word);
                // `posts per user per day`: the noun holds the place of a plain 1.
                let next_needs = !matches!(
                    tokens.get(at + 1),
                    Some(Token::Number(_) | Token::Unit(_) | Token::Noun(_) | Token::Operator("(" | "-"))
                );
                if operand_due && next_needs {
                    // `10x more` is no product.
                    let product = matches!(before, Some(Token::Operator("*"))) && tokens.len() > 3;
                    if product || matches!(before, Some(Token::Operator("+" | "-" | "^"))) {
                        let word = crate::checks::quote(word);
                        return Err(format!("{word} stands in the sum without a number; write its number"));
                    }
                    out.push("1".to_string());
                    held = true;
                    before = Some(token);
                }
                continue;
            }
            Token::Break => continue,
        }
        gap.clear();
        before = Some(token);
    }
    if numbers == 0 {
        return Err("there is no number in it".to_owned());
    }
    Ok(out.join(" "))
}

/// Whether a duration in `small` may follow one in `large`: minutes after hours.
fn is_part_of(small: &str, large: &str) -> bool {
    const SIZES: [&str; 8] = ["year", "month", "week", "day", "hour", "minute", "second", "millisecond"];
    let size = |unit: &str| SIZES.iter().position(|known| *known == unit);
    matches!((size(small), size(large)), (Some(small), Some(large)) if small > large)
}

/// `1000 - 100 items/s`: a unit at the end of a sum of plain numbers is that of all of them.
fn unit_of_all(tokens: &mut Vec<Token>, tight: Vec<usize>) -> Vec<usize> {
    let sum = tokens
        .iter()
        .enumerate()
        .take_while(|(at, token)| match token {
            Token::Number(_) => at % 2 == 0,
            Token::Operator(sign) => at % 2 == 1 && matches!(*sign, "+" | "-"),
            Token::Unit(_) | Token::Noun(_) | Token::Break => false,
        })
        .count();
    let rest = &tokens[sum..];
    let has_unit = rest.iter().any(|token| matches!(token, Token::Unit(unit) if *unit != "%"));
    let plain =
        rest.iter().all(|token| matches!(token, Token::Unit(_) | Token::Noun(_) | Token::Break | Token::Operator("/")));
    if sum < 3 || sum % 2 == 0 || !has_unit || !plain {
        return tight;
    }
    tokens.insert(sum, Token::Operator(")"));
    tokens.insert(0, Token::Operator("("));
    Vec::new()
}

/// The part that states the value: what follows the last `=`.
fn value_part(text: &str) -> &str {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':']);
    let after = text.rsplit(['=', '≈', '≅', '→']).next().unwrap_or(text);
    if after.chars().any(|c| c.is_ascii_digit()) {
        after
    } else {
        text.split(['=', '≈', '≅', '→']).next().unwrap_or(text)
    }
}
