//! Whether what a step does lasts: a transaction that nobody ends, or that is taken back, leaves nothing behind.

use super::plan::Step;
use crate::checks::{Place, Problem};
use crate::sql::Piece;

/// What is wrong with the transactions of these statements of a step.
pub(super) fn lost(step: &Step, pieces: &[Piece], field: &str, doing: &str) -> Option<Box<Problem>> {
    let id = &step.id;
    let wrong = |piece: &Piece, message: String, help: &str| {
        Some(Box::new(Problem {
            message,
            help: Some(help.into()),
            place: Place::inside(format!("{}/{field}", step.pointer), piece.range.clone()),
            ..Problem::default()
        }))
    };
    let taken_back = pieces.iter().enumerate().find(|(at, piece)| {
        let within = pieces[..*at].iter().rev().take_while(|piece| piece.unseen);
        piece.takes_back() && within.into_iter().any(|piece| !piece.is_control())
    });
    if let Some((_, piece)) = taken_back {
        let message = format!("{doing} {id} takes its transaction back: nothing of what it did in it is left");
        return wrong(piece, message, "write COMMIT where it should stay");
    }
    let begin = pieces.iter().rev().take_while(|piece| piece.unseen).find(|piece| piece.begins())?;
    let message = format!(
        "{doing} {id} begins a transaction and does not end it: what it did is rolled back when its session ends"
    );
    wrong(begin, message, "write COMMIT after its last statement")
}
