//! Labels of an enum come in the order in which its type names them.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rusqlite::{Connection, Result};

use crate::sql::model::Schema;
use crate::sql::{Dialect, Kind};

fn compare(labels: &[String], any_case: bool, a: &str, b: &str) -> Ordering {
    let same = |label: &String, text: &str| label == text || (any_case && label.eq_ignore_ascii_case(text));
    let place = |text: &str| labels.iter().position(|label| same(label, text)).unwrap_or(labels.len());
    // What is no label, such as a text to compare with, is behind all of them.
    place(a).cmp(&place(b)).then_with(|| match (place(a), place(b)) {
        (a, b) if a < labels.len() && a == b => Ordering::Equal,
        _ => a.cmp(b),
    })
}

pub(super) fn register(connection: &Connection, schema: &Schema) -> Result<()> {
    let mut known = BTreeSet::new();
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        if let (Some(name), Kind::Enum(labels)) = (column.kind.order(), &column.kind)
            && known.insert(name.clone())
        {
            let (labels, any_case) = (labels.clone(), schema.dialect == Dialect::MySql);
            connection.create_collation(name.as_str(), move |a, b| compare(&labels, any_case, a, b))?;
        }
    }
    Ok(())
}
