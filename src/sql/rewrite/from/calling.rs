//! PostgreSQL's functions that answer rows, as what `json_each` goes through.

use sqlparser::ast::Expr;

use crate::sql::lower::Lowering;
use crate::sql::rewrite::call;
use crate::sql::{Kind, types};

/// The functions that answer rows.
pub(super) const ROWS: &[&str] = &[
    "unnest",
    "generate_series",
    "json_array_elements",
    "jsonb_array_elements",
    "json_array_elements_text",
    "jsonb_array_elements_text",
    "json_each",
    "jsonb_each",
    "json_each_text",
    "jsonb_each_text",
    "json_object_keys",
    "jsonb_object_keys",
    "regexp_split_to_table",
    "string_to_table",
];

/// What a call answers: the array or object that is gone through, and the columns, as far as they have names.
pub(super) struct Calling {
    pub(super) over: Expr,
    pub(super) columns: Vec<(&'static str, String)>,
}

impl Lowering<'_> {
    pub(super) fn calling(&self, name: &str, mut args: Vec<Expr>, alias: &str) -> Option<Calling> {
        let value = format!("{alias}.value");
        let element = format!("belt_element({alias}.type, {value})");
        let text = format!("belt_element_text({alias}.type, {value})");
        let only = |args: Vec<Expr>| <[Expr; 1]>::try_from(args).ok().map(|[only]| only);
        Some(match name {
            "unnest" if args.len() == 1 => {
                let kind = args.first().and_then(|array| self.item_kind(array));
                let item = kind.and_then(|kind| kind.coerced(&value)).unwrap_or(value);
                Calling { over: call("belt_array", args), columns: vec![("", item)] }
            }
            "unnest" => {
                let kinds: Vec<Option<Kind>> = args.iter().map(|array| self.item_kind(array)).collect();
                let item = |(at, kind): (usize, Option<Kind>)| {
                    let item = format!("({value} ->> {at})");
                    ("unnest", kind.and_then(|kind| kind.coerced(&item)).unwrap_or(item))
                };
                Calling { columns: kinds.into_iter().enumerate().map(item).collect(), over: call("belt_zip", args) }
            }
            "generate_series" => {
                let times = args.first().and_then(|from| self.infer(from));
                let times = matches!(times, Some(Kind::Timestamp | Kind::Date));
                let item = if times { format!("belt_ts({value})") } else { value };
                Calling { over: call("belt_series", args), columns: vec![("", item)] }
            }
            "json_array_elements" | "jsonb_array_elements" => {
                Calling { over: only(args)?, columns: vec![("value", element)] }
            }
            "json_array_elements_text" | "jsonb_array_elements_text" => {
                Calling { over: only(args)?, columns: vec![("value", text)] }
            }
            "json_each" | "jsonb_each" => {
                Calling { over: only(args)?, columns: vec![("key", format!("{alias}.key")), ("value", element)] }
            }
            "json_each_text" | "jsonb_each_text" => {
                Calling { over: only(args)?, columns: vec![("key", format!("{alias}.key")), ("value", text)] }
            }
            "json_object_keys" | "jsonb_object_keys" => {
                Calling { over: only(args)?, columns: vec![("", format!("{alias}.key"))] }
            }
            "string_to_table" if args.len() == 2 => {
                let by = args.pop()?;
                let text = args.pop()?;
                Calling { over: call("string_to_array", vec![text, by]), columns: vec![("", value)] }
            }
            _ => return None,
        })
    }

    /// What an array holds, where its type is written.
    fn item_kind(&self, array: &Expr) -> Option<Kind> {
        use sqlparser::ast::{ArrayElemTypeDef, DataType};
        match array {
            Expr::Cast { data_type: DataType::Array(ArrayElemTypeDef::SquareBracket(item, _)), .. } => {
                types::kind_of(self.dialect(), item, &self.schema.enums).ok().map(|(kind, _)| kind)
            }
            _ => None,
        }
    }
}
