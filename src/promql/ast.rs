//! PromQL as far as it is evaluated here.

use super::labels::Labels;
use super::store::Millis;

/// An expression; `id` is unique within the program, for what is remembered about it.
#[derive(Debug, Clone)]
pub struct Expr {
    pub id: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub enum Kind {
    Number(f64),
    Text(String),
    Selector(Selector),
    Range(Selector, Millis),
    Subquery { expr: Box<Expr>, range: Millis, step: Option<Millis>, offset: Millis },
    Call { name: &'static str, args: Vec<Expr> },
    Aggregate { op: Aggregation, param: Option<Box<Expr>>, expr: Box<Expr>, grouping: Grouping },
    Binary { op: Operator, left: Box<Expr>, right: Box<Expr>, matching: Matching },
    Negate(Box<Expr>),
}

#[derive(Debug, Clone)]
pub struct Selector {
    /// Empty where only labels are asked for.
    pub name: String,
    pub matchers: Vec<Matcher>,
    pub offset: Millis,
}

#[derive(Debug, Clone)]
pub struct Matcher {
    pub label: String,
    pub test: Test,
}

#[derive(Debug, Clone)]
pub enum Test {
    Is(String),
    IsNot(String),
    Like(regex::Regex, String),
    NotLike(regex::Regex, String),
}

impl Matcher {
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.label);
        match &self.test {
            Test::Is(wanted) => value == wanted,
            Test::IsNot(unwanted) => value != unwanted,
            Test::Like(pattern, _) => pattern.is_match(value),
            Test::NotLike(pattern, _) => !pattern.is_match(value),
        }
    }
}

impl std::fmt::Display for Matcher {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, value) = match &self.test {
            Test::Is(value) => ("=", value),
            Test::IsNot(value) => ("!=", value),
            Test::Like(_, value) => ("=~", value),
            Test::NotLike(_, value) => ("!~", value),
        };
        write!(out, "{}{sign}\"{value}\"", self.label)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Group,
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    Quantile,
}

#[derive(Debug, Clone)]
pub enum Grouping {
    By(Vec<String>),
    Without(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    Less,
    AtLeast,
    AtMost,
    And,
    Or,
    Unless,
}

impl Operator {
    pub fn is_comparison(self) -> bool {
        use Operator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        matches!(self, Equal | NotEqual | Greater | Less | AtLeast | AtMost)
    }

    pub fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Sub => "-",
            Operator::Mul => "*",
            Operator::Div => "/",
            Operator::Mod => "%",
            Operator::Pow => "^",
            Operator::Atan2 => "atan2",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Greater => ">",
            Operator::Less => "<",
            Operator::AtLeast => ">=",
            Operator::AtMost => "<=",
            Operator::And => "and",
            Operator::Or => "or",
            Operator::Unless => "unless",
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Match on these labels; otherwise on all but these.
    pub on: bool,
    pub labels: Vec<String>,
    pub side: Side,
    /// Labels that the many side takes over from the one side.
    pub include: Vec<String>,
    /// Answer 0 or 1 rather than filter.
    pub as_bool: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    #[default]
    OneToOne,
    /// `group_left`
    ManyToOne,
    /// `group_right`
    OneToMany,
}

impl Expr {
    /// The expressions directly below.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Number(_) | Kind::Text(_) | Kind::Selector(_) | Kind::Range(..) => Vec::new(),
            Kind::Subquery { expr, .. } | Kind::Negate(expr) => vec![expr],
            Kind::Call { args, .. } => args.iter().collect(),
            Kind::Aggregate { param, expr, .. } => param.iter().map(|p| &**p).chain([&**expr]).collect(),
            Kind::Binary { left, right, .. } => vec![left, right],
        }
    }

    /// This expression and all below, outermost first.
    pub fn all(&self) -> Vec<&Expr> {
        let mut found = vec![self];
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            found.extend(next.parts());
            at += 1;
        }
        found
    }

    pub fn is_scalar(&self) -> bool {
        match &self.kind {
            Kind::Number(_) => true,
            Kind::Call { name, .. } => matches!(*name, "scalar" | "time" | "pi"),
            Kind::Negate(expr) => expr.is_scalar(),
            Kind::Binary { left, right, .. } => left.is_scalar() && right.is_scalar(),
            _ => false,
        }
    }

    /// The outermost comparison that decides, `left op right`.
    pub fn comparison(&self) -> Option<(&Expr, Operator, &Expr)> {
        match &self.kind {
            Kind::Binary { op, left, right, matching } if op.is_comparison() && !matching.as_bool => {
                Some((left, *op, right))
            }
            Kind::Binary { op: Operator::And | Operator::Unless | Operator::Or, left, right, .. } => {
                left.comparison().or_else(|| right.comparison())
            }
            Kind::Aggregate { expr, .. } => expr.comparison(),
            _ => None,
        }
    }
}
