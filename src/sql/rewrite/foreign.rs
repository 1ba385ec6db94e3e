//! Functions of another database, and what the learner's has in their place. SQLite has some of them, and would answer
//! what the learner's database refuses.

use crate::sql::{DbError, DbErrorKind, Dialect};

/// A function, and what to write in PostgreSQL and in MySQL; where nothing is said, it is there or refused elsewhere.
const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("adddate", "time + interval '1 day'", ""),
    ("array_agg", "", "JSON_ARRAYAGG()"),
    ("charindex", "strpos()", "LOCATE()"),
    ("clock_timestamp", "", "NOW()"),
    ("curdate", "current_date", ""),
    ("curtime", "current_time", ""),
    ("dateadd", "time + interval '1 day'", "DATE_ADD()"),
    ("date_format", "to_char()", ""),
    ("date_part", "", "EXTRACT()"),
    ("date_sub", "time - interval '1 day'", ""),
    ("date_trunc", "", "DATE() or DATE_FORMAT()"),
    ("from_unixtime", "to_timestamp()", ""),
    ("gen_random_uuid", "", "UUID()"),
    ("getdate", "now()", "NOW()"),
    ("group_concat", "string_agg()", ""),
    ("if", "CASE WHEN ... END", ""),
    ("ifnull", "coalesce()", ""),
    ("iif", "CASE WHEN ... END", "IF()"),
    ("instr", "strpos()", ""),
    ("isnull", "coalesce(), or IS NULL", ""),
    ("json_agg", "", "JSON_ARRAYAGG()"),
    ("json_build_array", "", "JSON_ARRAY()"),
    ("json_build_object", "", "JSON_OBJECT()"),
    ("json_extract", "-> or #>", ""),
    ("json_object_agg", "", "JSON_OBJECTAGG()"),
    ("jsonb_agg", "", "JSON_ARRAYAGG()"),
    ("jsonb_build_object", "", "JSON_OBJECT()"),
    ("jsonb_set", "", "JSON_SET()"),
    ("last_insert_id", "INSERT ... RETURNING id", ""),
    ("last_insert_rowid", "INSERT ... RETURNING id", "LAST_INSERT_ID()"),
    ("lastval", "", "LAST_INSERT_ID()"),
    ("len", "length()", "CHAR_LENGTH()"),
    ("newid", "gen_random_uuid()", "UUID()"),
    ("nvl", "coalesce()", "IFNULL()"),
    ("printf", "format()", "CONCAT()"),
    ("rand", "random()", ""),
    ("random", "", "RAND()"),
    ("scope_identity", "INSERT ... RETURNING id", "LAST_INSERT_ID()"),
    ("split_part", "", "SUBSTRING_INDEX()"),
    ("str_to_date", "to_date()", ""),
    ("string_agg", "", "GROUP_CONCAT()"),
    ("strpos", "", "LOCATE()"),
    ("subdate", "time - interval '1 day'", ""),
    ("sysdate", "now()", ""),
    ("sysdatetime", "now()", "NOW()"),
    ("timestampadd", "time + interval '1 day'", ""),
    ("timestampdiff", "extract(epoch FROM b - a)", ""),
    ("to_char", "", "DATE_FORMAT()"),
    ("to_date", "", "STR_TO_DATE()"),
    ("typeof", "pg_typeof()", ""),
    ("unix_timestamp", "extract(epoch FROM now())", ""),
    ("utc_timestamp", "now()", ""),
    ("uuid", "gen_random_uuid()", ""),
    ("uuid_generate_v4", "", "UUID()"),
];

/// Why a function cannot be called in this database.
pub(super) fn refused(name: &str, dialect: Dialect) -> Option<DbError> {
    let (_, postgres, mysql) = FUNCTIONS.iter().find(|(known, ..)| *known == name)?;
    let instead = match dialect {
        Dialect::PostgreSql => *postgres,
        Dialect::MySql => *mysql,
        Dialect::Sqlite => "",
    };
    (!instead.is_empty()).then(|| {
        let message = format!("{} has no function {name}(): write {instead}", dialect.name());
        DbError::new(DbErrorKind::Syntax, message)
    })
}
