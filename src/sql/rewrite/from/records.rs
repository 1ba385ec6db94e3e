//! JSON as the rows of a table: PostgreSQL's `jsonb_to_recordset` and its like, MySQL's `JSON_TABLE`.

use sqlparser::ast::{Expr, JsonTableColumn, TableAlias, TableFactor};

use super::{Computed, over};
use crate::sql::lower::{Lowering, raw};
use crate::sql::names::{fold, literal, quoted};
use crate::sql::rewrite::{ON, Step, call, named, unsupported};
use crate::sql::{Kind, types};

/// The functions that make rows of objects.
pub(super) const RECORDS: &[&str] = &[
    "json_to_recordset",
    "jsonb_to_recordset",
    "json_to_record",
    "jsonb_to_record",
    "json_populate_recordset",
    "jsonb_populate_recordset",
    "json_populate_record",
    "jsonb_populate_record",
];

/// What an object holds under a path, in the form of a column.
fn at_path(object: &str, path: &str, kind: &Kind) -> String {
    let path = literal(path);
    if *kind == Kind::Json || *kind == Kind::Array {
        return format!("({object} -> {path})");
    }
    let text = format!("({object} ->> {path})");
    kind.coerced(&text).unwrap_or(text)
}

impl Lowering<'_> {
    pub(super) fn records(
        &mut self,
        name: &str,
        mut args: Vec<Expr>,
        alias: &TableAlias,
        factor: &mut TableFactor,
    ) -> Step {
        let dialect = self.dialect();
        let shown = fold(dialect, &alias.name);
        let object = format!("{}.value", quoted(&shown));
        let Some(document) = args.pop() else { return unsupported(format!("{name}() without JSON")) };
        let mut columns = Vec::new();
        if name.contains("populate") {
            let table = match args.pop() {
                Some(Expr::Cast { data_type, .. }) => self.schema.table(&data_type.to_string()),
                _ => None,
            };
            let Some(table) = table else {
                return unsupported(format!("{name}() of anything but NULL::table"));
            };
            for column in &table.columns {
                let path = format!("$.\"{}\"", column.name);
                columns.push((column.name.clone(), at_path(&object, &path, &column.kind)));
            }
        } else {
            for column in &alias.columns {
                let name = fold(dialect, &column.name);
                let Some(data_type) = &column.data_type else {
                    return unsupported("a column without a type in such a list");
                };
                let kind = match types::kind_of(dialect, data_type, &self.schema.enums) {
                    Ok((kind, _)) => kind,
                    Err(problem) => return Step::Break(problem.into()),
                };
                let path = format!("$.\"{name}\"");
                columns.push((name, at_path(&object, &path, &kind)));
            }
        }
        let document =
            if name.ends_with("set") { document } else { call("json_array", vec![call("json", vec![document])]) };
        self.scope().computed.push(Computed { alias: shown.clone(), columns });
        *factor = over("json_each", vec![document], named(&shown));
        ON
    }

    pub(super) fn json_table(&mut self, factor: &mut TableFactor) -> Step {
        let TableFactor::JsonTable { json_expr, json_path, columns: given, alias: Some(alias) } = factor else {
            return unsupported("JSON_TABLE without a name");
        };
        let dialect = self.dialect();
        let shown = fold(dialect, &alias.name);
        let object = format!("{}.value", quoted(&shown));
        let path = json_path.value.clone().into_string().unwrap_or_default();
        let (path, many) = match path.strip_suffix("[*]") {
            Some(path) => (path.to_string(), true),
            None => (path, false),
        };
        let mut columns = Vec::new();
        for column in given {
            columns.push(match column {
                JsonTableColumn::Named(column) if !column.exists => {
                    let kind = match types::kind_of(dialect, &column.r#type, &self.schema.enums) {
                        Ok((kind, _)) => kind,
                        Err(problem) => return Step::Break(problem.into()),
                    };
                    let inner = column.path.value.clone().into_string().unwrap_or_default();
                    (fold(dialect, &column.name), at_path(&object, &inner, &kind))
                }
                JsonTableColumn::ForOrdinality(name) => (fold(dialect, name), format!("({}.key + 1)", quoted(&shown))),
                _ => return unsupported("JSON_TABLE with EXISTS or NESTED PATH"),
            });
        }
        let document = json_expr.clone();
        let rows = match many {
            true => vec![document, raw(literal(&path))],
            false => vec![call("json_array", vec![call("json_extract", vec![document, raw(literal(&path))])])],
        };
        // A value that is no object is one all the same.
        let object_text = format!("json_quote({object})");
        let whole = |text: String| {
            text.replace(&format!("({object} ->> '$')"), &object).replace(&format!("({object} -> '$')"), &object_text)
        };
        let columns = columns.into_iter().map(|(name, text)| (name, whole(text))).collect();
        self.scope().computed.push(Computed { alias: shown.clone(), columns });
        *factor = over("json_each", rows, named(&shown));
        ON
    }
}
