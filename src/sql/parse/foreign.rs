//! What another database writes, where the parser stops at it, and what the learner's has in its place.

use crate::sql::Dialect;

const POSTGRES: u8 = 1;
const MYSQL: u8 = 2;
const SQLITE: u8 = 4;
const ALL: u8 = POSTGRES | MYSQL | SQLITE;

/// Words, the dialects they are foreign to, and what to write there.
const WRITTEN: &[(&str, u8, &str)] = &[
    ("AUTO_INCREMENT", POSTGRES, "AUTO_INCREMENT is MySQL's: write GENERATED ALWAYS AS IDENTITY"),
    ("AUTO_INCREMENT", SQLITE, "AUTO_INCREMENT is MySQL's: write INTEGER PRIMARY KEY"),
    ("AUTOINCREMENT", POSTGRES, "AUTOINCREMENT is SQLite's: write GENERATED ALWAYS AS IDENTITY"),
    ("AUTOINCREMENT", MYSQL, "AUTOINCREMENT is SQLite's: write AUTO_INCREMENT"),
    ("IDENTITY(", POSTGRES, "IDENTITY(1,1) is T-SQL's: write GENERATED ALWAYS AS IDENTITY"),
    ("IDENTITY(", MYSQL, "IDENTITY(1,1) is T-SQL's: write AUTO_INCREMENT"),
    ("IDENTITY(", SQLITE, "IDENTITY(1,1) is T-SQL's: write INTEGER PRIMARY KEY"),
    ("ON NULL AS IDENTITY", ALL, "ON NULL AS IDENTITY is Oracle's: leave out ON NULL"),
    ("NVARCHAR(MAX)", ALL, "NVARCHAR(MAX) is T-SQL's: write TEXT"),
    ("VARCHAR2", ALL, "VARCHAR2 is Oracle's: write VARCHAR"),
    ("ENGINE=", POSTGRES | SQLITE, "ENGINE is MySQL's: leave it out"),
    ("ENGINE =", POSTGRES | SQLITE, "ENGINE is MySQL's: leave it out"),
    (" UNSIGNED", POSTGRES | SQLITE, "UNSIGNED is MySQL's: write a CHECK that the value is not negative"),
    ("(+)", ALL, "(+) is Oracle's: write LEFT JOIN"),
    (" MINUS SELECT", ALL, "MINUS is Oracle's: write EXCEPT"),
    ("CONNECT BY", ALL, "CONNECT BY is Oracle's: write WITH RECURSIVE"),
    (" OUTPUT INSERTED", POSTGRES | SQLITE, "OUTPUT is T-SQL's: write RETURNING at the end"),
    (" OUTPUT DELETED", POSTGRES | SQLITE, "OUTPUT is T-SQL's: write RETURNING at the end"),
    ("DECLARE @", ALL, "DECLARE is T-SQL's: keep the value in the code and pass it as a parameter"),
    ("REPLACE INTO", POSTGRES, "REPLACE is MySQL's: write INSERT ... ON CONFLICT (...) DO UPDATE"),
    ("INSERT IGNORE", POSTGRES | SQLITE, "INSERT IGNORE is MySQL's: write ON CONFLICT DO NOTHING at the end"),
    ("INSERT OR ", POSTGRES, "INSERT OR is SQLite's: write ON CONFLICT at the end"),
    ("INSERT OR ", MYSQL, "INSERT OR is SQLite's: write INSERT IGNORE or REPLACE"),
    ("WITH (NOLOCK)", ALL, "NOLOCK is T-SQL's: leave it out"),
    ("`", POSTGRES, "names stand in double quotes in PostgreSQL"),
    ("[DBO]", POSTGRES | SQLITE, "names stand in double quotes, and there is no dbo"),
    ("[DBO]", MYSQL, "names stand in backticks, and there is no dbo"),
    ("::", MYSQL | SQLITE, ":: is PostgreSQL's: write CAST(value AS type)"),
];

/// Advice for a text the parser cannot read.
pub(super) fn advice(sql: &str, dialect: Dialect) -> Option<String> {
    let mine = match dialect {
        Dialect::PostgreSql => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    };
    let text = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    let found = WRITTEN.iter().find(|(words, foreign, _)| foreign & mine != 0 && text.contains(words));
    found.map(|(_, _, advice)| (*advice).to_string()).or_else(|| {
        let limit = text.rsplit(" LIMIT ").next().filter(|rest| rest.len() < text.len())?;
        let (first, rest) = limit.split_once(',')?;
        let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "?:$_ ".contains(c));
        let count = rest.split([' ', ';', ')']).find(|word| !word.is_empty())?;
        (dialect == Dialect::PostgreSql && plain(first) && plain(count))
            .then(|| "LIMIT a, b is MySQL's: write LIMIT b OFFSET a".to_string())
    })
}
