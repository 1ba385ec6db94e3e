//! Column types: what a column of the learner's database accepts, and how SQLite stores it.

use sqlparser::ast::{
    ArrayElemTypeDef, BinaryLength, CharacterLength, DataType, EnumMember, ExactNumberInfo, TimezoneInfo,
};

use super::{Dialect, SqlProblem};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Integer {
        min: i64,
        max: i64,
    },
    Real,
    /// `NUMERIC(precision, scale)`; values are rounded to `scale`.
    Numeric {
        precision: Option<u32>,
        scale: u32,
    },
    Boolean,
    /// Length in characters.
    Text {
        max: Option<u64>,
    },
    /// Seconds since the simulated clock's zero.
    Timestamp,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM:SS`.
    Time,
    /// Seconds.
    Interval,
    Uuid,
    Json,
    Enum(Vec<String>),
    /// Length in bytes.
    Bytes {
        max: Option<u64>,
    },
    /// An array, stored as JSON text.
    Array,
    /// A range, stored as its ends.
    Range(Ends),
    /// No type at all (SQLite).
    Any,
}

/// What a range is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Times,
    Days,
    Whole,
    Numbers,
}

impl Ends {
    /// The ends of PostgreSQL's type of this name.
    pub(super) fn of(name: &str) -> Option<Ends> {
        Some(match name {
            "tstzrange" | "tsrange" => Ends::Times,
            "daterange" => Ends::Days,
            "int4range" | "int8range" => Ends::Whole,
            "numrange" => Ends::Numbers,
            _ => return None,
        })
    }

    /// Whether each end has a next one.
    pub(super) fn discrete(self) -> bool {
        matches!(self, Ends::Days | Ends::Whole)
    }
}

const I8: Kind = Kind::Integer { min: -128, max: 127 };
const I16: Kind = Kind::Integer { min: -32_768, max: 32_767 };
const I24: Kind = Kind::Integer { min: -8_388_608, max: 8_388_607 };
const I32: Kind = Kind::Integer { min: -2_147_483_648, max: 2_147_483_647 };
const I64: Kind = Kind::Integer { min: i64::MIN, max: i64::MAX };

fn unsigned(max: i64) -> Kind {
    Kind::Integer { min: 0, max }
}

fn length(length: &Option<CharacterLength>) -> Option<u64> {
    match length {
        Some(CharacterLength::IntegerLength { length, .. }) => Some(*length),
        Some(CharacterLength::Max) | None => None,
    }
}

fn numeric(info: &ExactNumberInfo) -> Kind {
    let clamp = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    match info {
        ExactNumberInfo::None => Kind::Numeric { precision: None, scale: 15 },
        ExactNumberInfo::Precision(p) => Kind::Numeric { precision: Some(clamp(*p)), scale: 0 },
        ExactNumberInfo::PrecisionAndScale(p, s) => {
            Kind::Numeric { precision: Some(clamp(*p)), scale: clamp(u64::try_from(*s).unwrap_or(0)).min(15) }
        }
    }
}

/// What stands for another database's type in this one.
fn foreign(dialect: Dialect, data_type: &DataType) -> Option<&'static str> {
    use DataType as T;
    let custom = match data_type {
        T::Custom(name, _) => name.to_string().to_ascii_lowercase(),
        _ => String::new(),
    };
    match (dialect, data_type, custom.as_str()) {
        (Dialect::Sqlite, ..) => None,
        (Dialect::PostgreSql, T::Datetime(_), _) => Some("TIMESTAMPTZ"),
        (Dialect::PostgreSql, T::TinyInt(_), _) => Some("SMALLINT or BOOLEAN"),
        (Dialect::PostgreSql, T::MediumInt(_), _) => Some("INTEGER"),
        (Dialect::PostgreSql, T::TinyText | T::MediumText | T::LongText | T::Clob(_), _) => Some("TEXT"),
        (Dialect::PostgreSql, T::Blob(_) | T::TinyBlob | T::MediumBlob | T::LongBlob, _) => Some("BYTEA"),
        (Dialect::PostgreSql, T::Binary(_) | T::Varbinary(_), _) => Some("BYTEA"),
        (Dialect::PostgreSql, T::Nvarchar(_), _) | (_, _, "varchar2" | "nvarchar2") => Some("VARCHAR"),
        (Dialect::PostgreSql, T::Double(_), _) => Some("DOUBLE PRECISION"),
        (Dialect::PostgreSql, T::Enum(..), _) => Some("CREATE TYPE ... AS ENUM (...) first"),
        (
            Dialect::PostgreSql,
            T::TinyIntUnsigned(_)
            | T::SmallIntUnsigned(_)
            | T::MediumIntUnsigned(_)
            | T::IntUnsigned(_)
            | T::IntegerUnsigned(_)
            | T::BigIntUnsigned(_),
            _,
        ) => Some("it without UNSIGNED, and a CHECK that it is not negative"),
        (Dialect::PostgreSql, _, "datetime2" | "datetimeoffset" | "smalldatetime") => Some("TIMESTAMPTZ"),
        (Dialect::MySql, _, "datetime2" | "datetimeoffset" | "smalldatetime" | "timestamptz") => Some("DATETIME"),
        (Dialect::PostgreSql, _, "uniqueidentifier") => Some("UUID"),
        (Dialect::MySql, _, "uniqueidentifier") => Some("CHAR(36)"),
        (_, _, "number") => Some("NUMERIC"),
        (Dialect::MySql, T::Timestamp(_, TimezoneInfo::Tz), _) => Some("DATETIME"),
        (Dialect::MySql, T::JSONB, _) => Some("JSON"),
        (Dialect::MySql, T::Bytea, _) => Some("BLOB or VARBINARY"),
        (Dialect::MySql, T::Array(_), _) => Some("JSON, or a table of its own"),
        _ => None,
    }
}

/// The kind of a type as written, and whether it makes its own numbers (`SERIAL`).
pub(super) fn kind_of(
    dialect: Dialect,
    data_type: &DataType,
    enums: &[(String, Vec<String>)],
) -> Result<(Kind, bool), SqlProblem> {
    use DataType as T;
    if let Some(instead) = foreign(dialect, data_type) {
        return Err(SqlProblem::invalid(format!(
            "there is no type {data_type} in {}: write {instead}",
            dialect.name()
        )));
    }
    let kind = match data_type {
        T::Character(n) | T::Char(n) => Kind::Text { max: Some(length(n).unwrap_or(1)) },
        T::CharacterVarying(n) | T::CharVarying(n) | T::Varchar(n) | T::Nvarchar(n) => Kind::Text { max: length(n) },
        T::Text | T::MediumText | T::LongText | T::TinyText | T::Clob(_) | T::String(_) => Kind::Text { max: None },
        T::Uuid => Kind::Uuid,
        T::Binary(n) => Kind::Bytes { max: Some(n.unwrap_or(1)) },
        T::Varbinary(Some(BinaryLength::IntegerLength { length })) => Kind::Bytes { max: Some(*length) },
        T::Varbinary(_) | T::Blob(_) | T::TinyBlob | T::MediumBlob | T::LongBlob | T::Bytea | T::Bytes(_) => {
            Kind::Bytes { max: None }
        }
        T::Numeric(info) | T::Decimal(info) | T::Dec(info) | T::DecimalUnsigned(info) | T::DecUnsigned(info) => {
            match (dialect, info) {
                (Dialect::MySql, ExactNumberInfo::None) => Kind::Numeric { precision: Some(10), scale: 0 },
                _ => numeric(info),
            }
        }
        T::Float(_)
        | T::FloatUnsigned(_)
        | T::Real
        | T::RealUnsigned
        | T::Float4
        | T::Float8
        | T::Double(_)
        | T::DoubleUnsigned(_)
        | T::DoublePrecision
        | T::DoublePrecisionUnsigned
        | T::Float32
        | T::Float64 => Kind::Real,
        // SQLite's own integers are all eight bytes wide whatever they are called.
        T::TinyInt(_) | T::SmallInt(_) | T::Int2(_) | T::MediumInt(_) | T::Int(_) | T::Int4(_) | T::Integer(_)
            if dialect == Dialect::Sqlite =>
        {
            I64
        }
        T::TinyInt(_) => I8,
        T::SmallInt(_) | T::Int2(_) => I16,
        T::MediumInt(_) => I24,
        T::Int(_) | T::Int4(_) | T::Integer(_) => I32,
        T::BigInt(_) | T::Int8(_) => I64,
        T::TinyIntUnsigned(_) => unsigned(255),
        T::SmallIntUnsigned(_) | T::Int2Unsigned(_) => unsigned(65_535),
        T::MediumIntUnsigned(_) => unsigned(16_777_215),
        T::IntUnsigned(_) | T::Int4Unsigned(_) | T::IntegerUnsigned(_) => unsigned(4_294_967_295),
        T::BigIntUnsigned(_) | T::Int8Unsigned(_) => unsigned(i64::MAX),
        T::Bool | T::Boolean => Kind::Boolean,
        T::Date => Kind::Date,
        T::Time(..) => Kind::Time,
        T::Datetime(_) | T::Timestamp(..) => Kind::Timestamp,
        T::Interval { .. } => Kind::Interval,
        T::JSON | T::JSONB => Kind::Json,
        T::Bit(_) | T::BitVarying(_) | T::VarBit(_) => Kind::Any,
        T::Array(ArrayElemTypeDef::SquareBracket(..) | ArrayElemTypeDef::AngleBracket(_)) => Kind::Array,
        T::Enum(members, _) => Kind::Enum(
            members
                .iter()
                .map(|member| match member {
                    EnumMember::Name(name) | EnumMember::NamedValue(name, _) => name.clone(),
                })
                .collect(),
        ),
        T::Set(_) => Kind::Text { max: None },
        T::TsVector => Kind::Text { max: None },
        T::Unspecified => Kind::Any,
        T::Custom(name, arguments) => return custom(dialect, &name.to_string(), arguments, enums),
        other => {
            return Err(SqlProblem::unsupported(format!("the type {other} is not one belt can model")));
        }
    };
    Ok((kind, false))
}

fn custom(
    dialect: Dialect,
    name: &str,
    arguments: &[String],
    enums: &[(String, Vec<String>)],
) -> Result<(Kind, bool), SqlProblem> {
    let plain = name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_ascii_lowercase();
    if let Some((_, labels)) = enums.iter().find(|(enum_name, _)| enum_name.eq_ignore_ascii_case(&plain)) {
        return Ok((Kind::Enum(labels.clone()), false));
    }
    let first = arguments.first().and_then(|argument| argument.parse().ok());
    Ok(match plain.as_str() {
        "serial" | "serial4" if dialect == Dialect::PostgreSql => (I32, true),
        "bigserial" | "serial8" if dialect == Dialect::PostgreSql => (I64, true),
        "smallserial" | "serial2" if dialect == Dialect::PostgreSql => (I16, true),
        "serial" if dialect == Dialect::MySql => (unsigned(i64::MAX), true),
        "timestamptz" | "timestamp" | "datetime" => (Kind::Timestamp, false),
        "timetz" => (Kind::Time, false),
        "year" => (I16, false),
        "citext" | "inet" | "cidr" | "macaddr" | "xml" | "name" | "ltree" | "nvarchar" | "hstore" | "point" | "box"
        | "polygon" | "geometry" | "geography" | "halfvec" | "sparsevec" | "vector" | "tsquery" | "regclass"
        | "pg_lsn" | "jsonpath" | "bpchar" => {
            // Only of text does the number say how long it is.
            let max = first.filter(|_| matches!(plain.as_str(), "nvarchar" | "bpchar"));
            (Kind::Text { max }, false)
        }
        "oid" | "xid" | "xid8" => (I64, false),
        name if dialect == Dialect::PostgreSql && Ends::of(name).is_some() => {
            (Ends::of(name).map_or(Kind::Any, Kind::Range), false)
        }
        "any" if dialect == Dialect::Sqlite => (Kind::Any, false),
        "int64" | "long" => (I64, false),
        "money" => (Kind::Numeric { precision: None, scale: 2 }, false),
        _ => {
            return Err(SqlProblem::invalid(format!("there is no type {name} in {}", dialect.name()))
                .with_help("types of your own have to be made first, with CREATE TYPE ... AS ENUM (...)"));
        }
    })
}

impl Kind {
    /// The name of the order an enum's labels are in, where that is not the alphabet's.
    pub(super) fn order(&self) -> Option<String> {
        match self {
            Kind::Enum(labels) if !labels.is_sorted() => Some(format!("belt.order.{}", labels.join(","))),
            _ => None,
        }
    }

    /// SQLite's name for the storage, in a STRICT table.
    pub(super) fn storage(&self) -> &'static str {
        match self {
            // INT rather than INTEGER, so that a primary key does not turn into SQLite's row number.
            Kind::Integer { .. } | Kind::Boolean => "INT",
            Kind::Real | Kind::Timestamp | Kind::Interval => "REAL",
            Kind::Numeric { .. } | Kind::Bytes { .. } | Kind::Any => "ANY",
            Kind::Text { .. }
            | Kind::Date
            | Kind::Time
            | Kind::Uuid
            | Kind::Json
            | Kind::Enum(_)
            | Kind::Array
            | Kind::Range(_) => "TEXT",
        }
    }

    /// Wraps an SQL expression so that its value takes the form this kind is stored in, or fails.
    pub(super) fn coerced(&self, expression: &str) -> Option<String> {
        Some(match self {
            Kind::Boolean => format!("belt_bool({expression})"),
            Kind::Timestamp => format!("belt_ts({expression})"),
            Kind::Date => format!("belt_date({expression})"),
            Kind::Time => format!("belt_time({expression})"),
            Kind::Interval => format!("belt_interval({expression})"),
            Kind::Uuid => format!("belt_uuid({expression})"),
            Kind::Json => format!("belt_json({expression})"),
            Kind::Array => format!("belt_array({expression})"),
            Kind::Range(ends) => format!("belt_range_of({expression}, {})", u8::from(ends.discrete())),
            Kind::Numeric { precision, scale } => {
                format!("belt_num({expression}, {}, {scale})", precision.unwrap_or(0))
            }
            Kind::Integer { .. } | Kind::Real | Kind::Text { .. } | Kind::Enum(_) | Kind::Bytes { .. } | Kind::Any => {
                return None;
            }
        })
    }

    /// A condition that holds for the values the kind accepts; `column` is quoted.
    pub(super) fn condition(&self, column: &str) -> Option<String> {
        Some(match self {
            Kind::Integer { min, max } => {
                if *min == i64::MIN && *max == i64::MAX {
                    return None;
                }
                format!("{column} BETWEEN {min} AND {max}")
            }
            Kind::Boolean => format!("{column} IN (0, 1)"),
            Kind::Numeric { .. } => format!("typeof({column}) IN ('integer', 'real', 'null')"),
            Kind::Text { max: Some(max) } => format!("length({column}) <= {max}"),
            Kind::Bytes { max } => {
                let kind = format!("typeof({column}) IN ('blob', 'text', 'null')");
                match max {
                    Some(max) => format!("{kind} AND coalesce(octet_length({column}), 0) <= {max}"),
                    None => kind,
                }
            }
            Kind::Enum(labels) => {
                let labels: Vec<String> = labels.iter().map(|label| super::names::literal(label)).collect();
                format!("{column} IN ({})", labels.join(", "))
            }
            Kind::Json => format!("json_valid({column})"),
            _ => return None,
        })
    }
}
