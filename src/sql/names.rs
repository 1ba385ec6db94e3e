//! Names and literals: read by the rules of the learner's dialect, written so that SQLite takes them for nothing else.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::Dialect;

/// A name in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    if text.contains('\0') {
        let hex: String = text.bytes().map(|b| format!("{b:02x}")).collect();
        return format!("CAST(X'{hex}' AS TEXT)");
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// The name as the dialect understands it: PostgreSQL folds what is not quoted.
pub(super) fn fold(dialect: Dialect, ident: &Ident) -> String {
    if dialect == Dialect::PostgreSql && ident.quote_style.is_none() {
        ident.value.to_lowercase()
    } else {
        ident.value.clone()
    }
}

/// The last part of a possibly qualified name.
pub(super) fn last_name(dialect: Dialect, name: &ObjectName) -> String {
    match name.0.last() {
        Some(ObjectNamePart::Identifier(ident)) => fold(dialect, ident),
        _ => name.to_string(),
    }
}

pub(super) fn quoted_ident(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

pub(super) fn plain_name(name: &str) -> ObjectName {
    ObjectName(vec![ObjectNamePart::Identifier(quoted_ident(name))])
}
