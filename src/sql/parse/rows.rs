//! `ROW(a, b)` where rows are compared: the parser takes it for a call.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator as B, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Statement, visit_expressions_mut,
};

/// Makes rows of such calls.
pub(super) fn write_out(statement: &mut Statement) {
    let _ = visit_expressions_mut(statement, |expr| {
        match expr {
            Expr::BinaryOp {
                left,
                op: B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq | B::Spaceship | B::Overlaps,
                right,
            }
            | Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right) => {
                row(left);
                row(right);
            }
            Expr::InList { expr, list, .. } => {
                row(expr);
                list.iter_mut().for_each(row);
            }
            Expr::InSubquery { expr, .. } => row(expr),
            Expr::Between { expr, low, high, .. } => {
                row(expr);
                row(low);
                row(high);
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
}

fn row(expr: &mut Expr) {
    let Expr::Function(function) = expr else { return };
    let FunctionArguments::List(list) = &function.args else { return };
    if !function.name.to_string().eq_ignore_ascii_case("row") {
        return;
    }
    let values: Option<Vec<Expr>> = list
        .args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some(value.clone()),
            _ => None,
        })
        .collect();
    match values {
        Some(values) if values.len() > 1 => *expr = Expr::Tuple(values),
        _ => {}
    }
}
