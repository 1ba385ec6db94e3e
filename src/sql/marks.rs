//! What triggers of belt's making say when they refuse, and what it means in the learner's names.

use super::{DbError, DbErrorKind};

const MARK: &str = "belt:refused:";

pub(super) fn not_null(table: &str, column: &str) -> String {
    format!("{MARK}null:null value in column {column} of {table}, which is NOT NULL")
}

pub(super) fn check(name: &str, text: &str) -> String {
    format!("{MARK}check:the row violates the check constraint {name} ({text})")
}

pub(super) fn broken(message: &str) -> String {
    format!("{MARK}broken:a trigger fails: {message}")
}

pub(super) fn raised(kind: DbErrorKind, text: &str) -> String {
    let word = match kind {
        DbErrorKind::Unique => "unique",
        DbErrorKind::ForeignKey => "foreign",
        _ => "raised",
    };
    format!("{MARK}{word}:a trigger refuses: {text}")
}

/// The error as the learner's database would give it.
pub(super) fn read(error: DbError) -> DbError {
    if ["too many levels of trigger recursion", "nested too deep"].iter().any(|said| error.message.contains(said)) {
        return DbError::new(DbErrorKind::Limit, "the triggers set each other off without end");
    }
    let Some((kind, message)) = error.message.strip_prefix(MARK).and_then(|rest| rest.split_once(':')) else {
        return error;
    };
    let kind = match kind {
        "null" => DbErrorKind::NotNull,
        "check" | "raised" => DbErrorKind::Check,
        "unique" => DbErrorKind::Unique,
        "foreign" => DbErrorKind::ForeignKey,
        _ => DbErrorKind::MissingColumn,
    };
    DbError::new(kind, message)
}
