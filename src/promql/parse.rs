//! From text to the part of PromQL that is evaluated here. What lies outside is refused by its name.

use std::time::Duration;

use promql_parser::label::{MatchOp, Matcher as Foreign, Matchers};
use promql_parser::parser::token::{
    T_ADD, T_ATAN2, T_AVG, T_BOTTOMK, T_COUNT, T_DIV, T_EQLC, T_GROUP, T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE,
    T_LUNLESS, T_MAX, T_MIN, T_MOD, T_MUL, T_NEQ, T_POW, T_QUANTILE, T_STDDEV, T_STDVAR, T_SUB, T_SUM, T_TOPK,
    TokenType,
};
use promql_parser::parser::{
    self, AtModifier, BinModifier, Expr as Parsed, LabelModifier, Offset, VectorMatchCardinality,
    VectorMatchFillValues, VectorSelector,
};

use super::ast::{Aggregation, Expr, Grouping, Kind, Matcher, Matching, Operator, Selector, Side, Test};
use super::functions::is_known;
use super::store::Millis;

/// Longer expressions than this, or deeper brackets, are no alert rule.
const CHARS_MAX: usize = 8_000;
const DEPTH_MAX: usize = 60;

/// Why an expression cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Lower case, no full stop.
    pub message: String,
    /// The text it is about, as it stands in the expression, when it is known.
    pub part: Option<String>,
    pub help: Option<String>,
}

impl ParseError {
    fn new(message: impl Into<String>) -> Self {
        ParseError { message: message.into(), part: None, help: None }
    }

    fn outside(part: &str, what: &str) -> Self {
        ParseError {
            message: format!("{what} is PromQL, but belt does not evaluate it"),
            part: Some(part.to_owned()),
            help: Some(
                "say it with rate, increase, *_over_time, sum or max by, comparisons, and, or, unless".to_owned(),
            ),
        }
    }
}

/// Reads expressions, numbering their parts.
#[derive(Debug, Default)]
pub struct Reader {
    next: usize,
}

impl Reader {
    /// Numbers parts from here on, for programs that share what is remembered about them.
    pub fn beyond(next: usize) -> Self {
        Reader { next }
    }

    /// # Errors
    /// When it is no PromQL, or PromQL outside the subset.
    pub fn read(&mut self, text: &str) -> Result<Expr, ParseError> {
        if text.trim().is_empty() {
            return Err(ParseError::new("the expression is empty"));
        }
        if text.len() > CHARS_MAX || depth(text) > DEPTH_MAX {
            return Err(ParseError::new("the expression is too long or too deep to be an alert rule"));
        }
        if let Some(error) = beforehand(text) {
            return Err(error);
        }
        let parsed = parser::parse(text).map_err(|message| explained(text, &message))?;
        self.expr(&parsed)
    }

    fn expr(&mut self, parsed: &Parsed) -> Result<Expr, ParseError> {
        let kind = match parsed {
            Parsed::NumberLiteral(number) => Kind::Number(number.val),
            Parsed::StringLiteral(text) => Kind::Text(text.val.clone()),
            Parsed::Paren(inner) => return self.expr(&inner.expr),
            Parsed::Unary(inner) => Kind::Negate(Box::new(self.expr(&inner.expr)?)),
            Parsed::VectorSelector(selector) => Kind::Selector(read_selector(selector)?),
            Parsed::MatrixSelector(matrix) => Kind::Range(read_selector(&matrix.vs)?, positive(matrix.range)?),
            Parsed::Subquery(query) => Kind::Subquery {
                offset: read_offset(query.offset.as_ref(), query.at.as_ref())?,
                range: positive(query.range)?,
                step: query.step.map(positive).transpose()?,
                expr: Box::new(self.expr(&query.expr)?),
            },
            Parsed::Call(call) => {
                let name = call.func.name;
                if !is_known(name) {
                    return Err(ParseError::outside(name, &format!("the function {name}()")));
                }
                let args = call.args.args.iter().map(|arg| self.expr(arg)).collect::<Result<_, _>>()?;
                Kind::Call { name, args }
            }
            Parsed::Aggregate(aggregate) => Kind::Aggregate {
                op: read_aggregation(aggregate.op)?,
                param: aggregate.param.as_ref().map(|param| self.expr(param).map(Box::new)).transpose()?,
                expr: Box::new(self.expr(&aggregate.expr)?),
                grouping: match &aggregate.modifier {
                    Some(LabelModifier::Exclude(labels)) => Grouping::Without(labels.labels.clone()),
                    Some(LabelModifier::Include(labels)) => Grouping::By(labels.labels.clone()),
                    None => Grouping::By(Vec::new()),
                },
            },
            Parsed::Binary(binary) => Kind::Binary {
                op: read_operator(binary.op)?,
                left: Box::new(self.expr(&binary.lhs)?),
                right: Box::new(self.expr(&binary.rhs)?),
                matching: binary.modifier.as_ref().map(read_matching).transpose()?.unwrap_or_default(),
            },
            Parsed::Extension(_) => return Err(ParseError::new("this expression cannot be read")),
        };
        self.next += 1;
        Ok(Expr { id: self.next, kind })
    }
}

fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => now += 1,
            ')' | ']' | '}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    // A chain of operators nests as brackets do.
    most.max(text.matches(['+', '-', '*', '/', '^']).count() / 4)
}

/// What the parser would take, or refuse without saying why.
fn beforehand(text: &str) -> Option<ParseError> {
    let bare = without_texts(text);
    for (wrong, right) in [("&&", "and"), ("||", "or")] {
        if bare.contains(wrong) {
            return Some(ParseError {
                message: format!("PromQL has no `{wrong}`"),
                part: Some(wrong.to_owned()),
                help: Some(format!("write `{right}`")),
            });
        }
    }
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
        let (opened, closed) = (bare.matches(open).count(), bare.matches(close).count());
        if opened != closed {
            return Some(ParseError::new(format!("{opened} `{open}` are opened and {closed} `{close}` close them")));
        }
    }
    // A range in bare seconds is read differently by different versions, and huge ones overflow.
    let mut rest = bare.as_str();
    while let Some(at) = rest.find('[') {
        rest = &rest[at + 1..];
        let range = rest.split([']', ':']).next().unwrap_or_default().trim();
        if !range.is_empty() && super::duration::millis(range).is_none_or(|time| time <= 0) {
            return Some(ParseError {
                message: format!("`[{range}]` is no length of time"),
                part: Some(range.to_owned()),
                help: Some("write a number and a unit, such as `[5m]`".to_owned()),
            });
        }
    }
    None
}

/// The expression with the contents of its string literals blanked out.
fn without_texts(text: &str) -> String {
    let mut quote = None;
    let mut escaped = false;
    text.chars()
        .map(|c| match quote {
            Some(_) if escaped => {
                escaped = false;
                '_'
            }
            Some('"' | '\'') if c == '\\' => {
                escaped = true;
                '_'
            }
            Some(open) if c == open => {
                quote = None;
                c
            }
            Some(_) => '_',
            None => {
                if matches!(c, '"' | '\'' | '`') {
                    quote = Some(c);
                }
                c
            }
        })
        .collect()
}

/// The parser's words, and what they most often mean.
fn explained(text: &str, message: &str) -> ParseError {
    let bare = without_texts(text);
    let quoted = message.split('\'').nth(1).filter(|part| text.contains(part)).map(str::to_owned);
    let help = if message.contains("unknown function") {
        Some("the functions are those of the Prometheus documentation".to_owned())
    } else if message.contains("expected type vector") || message.contains("got matrix") {
        Some(
            "a range such as `[5m]` belongs into rate() or *_over_time(), and the sum around it: sum(rate(x[5m]))"
                .to_owned(),
        )
    } else if message.contains("expected type matrix") || message.contains("expected type range") {
        Some("this function takes a range: write `metric[5m]`, and sum around it, not inside".to_owned())
    } else if bare.split_once('=').is_some_and(|(_, _)| outside_braces(&bare).contains(" = ")) {
        Some("a comparison is written `==`".to_owned())
    } else if outside_braces(&bare).contains("% ") && bare.trim_end().ends_with('%') || bare.contains("%)") {
        Some("write a share as a number: 5% is 0.05".to_owned())
    } else {
        None
    };
    let said = if message == "invalid promql query" {
        "this is no PromQL expression".to_owned()
    } else {
        format!("this is no PromQL expression: {message}")
    };
    let percent = bare.trim_end().ends_with('%').then(|| "write a share as a number: 5% is 0.05".to_owned());
    ParseError { message: said, part: quoted, help: help.or(percent) }
}

fn outside_braces(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|c| {
            match c {
                '{' => inside = true,
                '}' => inside = false,
                _ => {}
            }
            !inside
        })
        .collect()
}

fn positive(duration: Duration) -> Result<Millis, ParseError> {
    match Millis::try_from(duration.as_millis()) {
        Ok(millis) if millis > 0 && millis <= 400 * 86_400_000 => Ok(millis),
        _ => Err(ParseError::new("a range must be longer than nothing and shorter than a year")),
    }
}

fn read_offset(offset: Option<&Offset>, at: Option<&AtModifier>) -> Result<Millis, ParseError> {
    if at.is_some() {
        return Err(ParseError::outside("@", "the modifier @"));
    }
    match offset {
        None => Ok(0),
        Some(Offset::Pos(duration)) => positive(*duration),
        Some(Offset::Neg(_)) => Err(ParseError {
            message: "a negative offset looks into the future, which a live Prometheus does not have".to_owned(),
            part: Some("offset".to_owned()),
            help: None,
        }),
    }
}

fn read_selector(selector: &VectorSelector) -> Result<Selector, ParseError> {
    let Matchers { matchers, or_matchers } = &selector.matchers;
    if !or_matchers.is_empty() {
        return Err(ParseError::outside(" or ", "`or` between labels"));
    }
    let mut name = selector.name.clone().unwrap_or_default();
    let mut read = Vec::new();
    for matcher in matchers {
        match &matcher.op {
            MatchOp::Equal if matcher.name == super::METRIC_NAME => name.clone_from(&matcher.value),
            _ => read.push(read_matcher(matcher)),
        }
    }
    let offset = read_offset(selector.offset.as_ref(), selector.at.as_ref())?;
    Ok(Selector { name, matchers: read, offset })
}

fn read_matcher(matcher: &Foreign) -> Matcher {
    let value = matcher.value.clone();
    let test = match &matcher.op {
        MatchOp::Equal => Test::Is(value),
        MatchOp::NotEqual => Test::IsNot(value),
        MatchOp::Re(pattern) => Test::Like(pattern.clone(), value),
        MatchOp::NotRe(pattern) => Test::NotLike(pattern.clone(), value),
    };
    Matcher { label: matcher.name.clone(), test }
}

fn read_aggregation(op: TokenType) -> Result<Aggregation, ParseError> {
    Ok(match op.id() {
        T_SUM => Aggregation::Sum,
        T_AVG => Aggregation::Avg,
        T_MIN => Aggregation::Min,
        T_MAX => Aggregation::Max,
        T_COUNT => Aggregation::Count,
        T_GROUP => Aggregation::Group,
        T_STDDEV => Aggregation::Stddev,
        T_STDVAR => Aggregation::Stdvar,
        T_TOPK => Aggregation::Topk,
        T_BOTTOMK => Aggregation::Bottomk,
        T_QUANTILE => Aggregation::Quantile,
        _ => return Err(ParseError::outside(&op.to_string(), &format!("the aggregation {op}"))),
    })
}

fn read_operator(op: TokenType) -> Result<Operator, ParseError> {
    Ok(match op.id() {
        T_ADD => Operator::Add,
        T_SUB => Operator::Sub,
        T_MUL => Operator::Mul,
        T_DIV => Operator::Div,
        T_MOD => Operator::Mod,
        T_POW => Operator::Pow,
        T_ATAN2 => Operator::Atan2,
        T_EQLC => Operator::Equal,
        T_NEQ => Operator::NotEqual,
        T_GTR => Operator::Greater,
        T_LSS => Operator::Less,
        T_GTE => Operator::AtLeast,
        T_LTE => Operator::AtMost,
        T_LAND => Operator::And,
        T_LOR => Operator::Or,
        T_LUNLESS => Operator::Unless,
        _ => return Err(ParseError::outside(&op.to_string(), &format!("the operator {op}"))),
    })
}

fn read_matching(modifier: &BinModifier) -> Result<Matching, ParseError> {
    if modifier.fill_values != VectorMatchFillValues::default() {
        return Err(ParseError::outside("fill", "the modifier fill"));
    }
    let (side, include) = match &modifier.card {
        VectorMatchCardinality::OneToOne | VectorMatchCardinality::ManyToMany => (Side::OneToOne, Vec::new()),
        VectorMatchCardinality::ManyToOne(labels) => (Side::ManyToOne, labels.labels.clone()),
        VectorMatchCardinality::OneToMany(labels) => (Side::OneToMany, labels.labels.clone()),
    };
    let (on, labels) = match &modifier.matching {
        Some(LabelModifier::Include(labels)) => (true, labels.labels.clone()),
        Some(LabelModifier::Exclude(labels)) => (false, labels.labels.clone()),
        None => (false, Vec::new()),
    };
    Ok(Matching { on, labels, side, include, as_bool: modifier.return_bool })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> ParseError {
        Reader::default().read(text).expect_err(text)
    }

    #[test]
    fn names_the_part_that_is_outside() {
        for (text, part) in [
            ("histogram_fraction(0, 1, x)", "histogram_fraction"),
            ("x @ 100", "@"),
            ("count_values(\"v\", x)", "count_values"),
        ] {
            let error = error(text);
            assert_eq!(error.part.as_deref(), Some(part), "{error:?}");
            assert!(error.message.contains(part), "{error:?}");
        }
        assert!(error("rate(x[5m] offset -5m)").message.contains("future"));
    }

    #[test]
    fn says_what_is_wrong_with_what_is_no_promql() {
        for (text, word) in [
            ("a > 1 && b > 1", "&&"),
            ("sum(rate(x[5m])", "close"),
            ("rate(x[5])", "length of time"),
            ("rate(sum(x)[5m])", "no PromQL"),
            ("rate(x)", "matrix"),
            ("", "empty"),
            ("frobnicate(x)", "frobnicate"),
            ("rate(x[1e300])", "length of time"),
        ] {
            assert!(error(text).message.contains(word), "{text}: {:?}", error(text));
        }
        assert!(error("x > 5%").help.is_some_and(|help| help.contains("0.05")));
        assert!(error("x = 5").help.is_some_and(|help| help.contains("==")));
    }

    #[test]
    fn reads_what_rules_are_made_of() {
        for text in [
            "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job=\"api\"}[5m]))) > 1",
            "absent(up{job=\"postgres\"}) or up{job=\"postgres\"} == 0",
            "max_over_time((rate(x[1m]))[1h:30s]) > 3",
            "a / on (instance) group_left (team) b > bool 0.5",
            "{__name__=~\"up|down\"} == 0",
            "sum(rate(x{code=~\"5..\"}[5m])) by (service) / sum(rate(x[5m])) by (service) > 0.05 and hour() > 6",
            "vector(1)",
            "topk(3, x) unless y offset 1h",
            "x{a=\"&& [5] 7%\"} > 1 # comment",
        ] {
            Reader::default().read(text).expect(text);
        }
    }
}
