//! DDL: the learner's statements become the model, and the model becomes SQLite's tables.

use std::ops::Range;

use sqlparser::ast::{
    AlterTableOperation, ColumnDef, ColumnOption, CreateIndex, CreateTable, DataType, Expr, ForeignKeyConstraint,
    GeneratedAs, Ident, IndexColumn, IndexType, NullsDistinctOption, ObjectName, ObjectNamePart, ReferentialAction,
    Spanned, Statement, TableConstraint, UserDefinedTypeRepresentation,
};
use sqlparser::tokenizer::Span;

use super::model::{Check, Column, ForeignKey, Index, IndexPart, Schema, Table, Unique};
use super::{Dialect, Kind, SqlProblem, lower, parse, types};

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

struct Builder<'a> {
    schema: Schema,
    lines: parse::Lines<'a>,
    sql: &'a str,
}

pub(super) fn schema(dialect: Dialect, sql: &str) -> Result<Schema, SqlProblem> {
    let mut builder = Builder {
        schema: Schema {
            dialect,
            tables: Vec::new(),
            enums: Vec::new(),
            seeds: Vec::new(),
            sequences: Vec::new(),
            lowered: Vec::new(),
        },
        lines: parse::Lines::new(sql),
        sql,
    };
    for (statement, range) in parse::statements(sql, dialect)? {
        builder.statement(statement, &range).map_err(|problem| problem.at(range))?;
    }
    let mut schema = builder.schema;
    check_references(&mut schema)?;
    lower_all(&mut schema)?;
    Ok(schema)
}

impl Builder<'_> {
    fn fold(&self, ident: &Ident) -> String {
        fold(self.schema.dialect, ident)
    }

    fn range(&self, span: Span, within: &Range<usize>) -> Range<usize> {
        let Some(mut range) = self.lines.range(span).filter(|range| !range.is_empty()) else {
            return within.clone();
        };
        // The parser's spans leave out closing brackets.
        let marked = &self.sql[range.clone()];
        let open = marked.matches('(').count().saturating_sub(marked.matches(')').count());
        for _ in 0..open {
            let rest = &self.sql[range.end..];
            let skipped = rest.len() - rest.trim_start().len();
            if !rest.trim_start().starts_with(')') {
                break;
            }
            range.end += skipped + 1;
        }
        range
    }

    fn statement(&mut self, statement: Statement, range: &Range<usize>) -> Result<(), SqlProblem> {
        match statement {
            Statement::CreateTable(table) => self.create_table(table, range),
            Statement::CreateIndex(index) => self.create_index(index, range),
            Statement::AlterTable(alter) => {
                let name = last_name(self.schema.dialect, &alter.name);
                let at = self.table_index(&name, range)?;
                for operation in alter.operations {
                    self.alter(at, operation, range)?;
                }
                Ok(())
            }
            Statement::CreateType { name, representation: Some(UserDefinedTypeRepresentation::Enum { labels }) } => {
                let labels = labels.into_iter().map(|label| label.value).collect();
                self.schema.enums.push((last_name(self.schema.dialect, &name), labels));
                Ok(())
            }
            Statement::CreateSequence { name, .. } => {
                let name = last_name(self.schema.dialect, &name);
                self.schema.sequences.push(name);
                Ok(())
            }
            Statement::Insert(_) => {
                self.schema.seeds.push((self.sql[range.clone()].to_string(), range.clone()));
                Ok(())
            }
            // Nothing that changes what the tables accept.
            Statement::CreateExtension(_)
            | Statement::CreateSchema { .. }
            | Statement::CreateDatabase { .. }
            | Statement::Comment { .. }
            | Statement::Set(_)
            | Statement::Use(_)
            | Statement::Pragma { .. }
            | Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Grant(_)
            | Statement::Analyze(_) => Ok(()),
            Statement::Drop { if_exists: true, .. } => Ok(()),
            other => {
                let words: Vec<String> = other.to_string().split_whitespace().take(2).map(str::to_uppercase).collect();
                Err(SqlProblem::unsupported(format!("{} is not something belt can run in a schema", words.join(" ")))
                    .with_help(
                        "a schema is made of CREATE TABLE, CREATE INDEX, CREATE TYPE ... AS ENUM and ALTER TABLE",
                    ))
            }
        }
    }

    fn table_index(&self, name: &str, range: &Range<usize>) -> Result<usize, SqlProblem> {
        let found = self.schema.table(name).map(|table| table.name.clone());
        self.schema.tables.iter().position(|table| Some(&table.name) == found.as_ref()).ok_or_else(|| {
            SqlProblem::invalid(format!("there is no table {name} at this point"))
                .at(range.clone())
                .with_help("make the table first, or correct its name")
        })
    }

    fn create_table(&mut self, create: CreateTable, range: &Range<usize>) -> Result<(), SqlProblem> {
        let name = last_name(self.schema.dialect, &create.name);
        if let Some(existing) = self.schema.table(&name) {
            if create.if_not_exists {
                return Ok(());
            }
            return Err(SqlProblem::invalid(format!("the table {} is created twice", existing.name)).at(range.clone()));
        }
        // A partition has its parent's columns and keys; the parent holds the rows here.
        if create.partition_of.is_some() {
            return Ok(());
        }
        if create.query.is_some() || create.like.is_some() || create.clone.is_some() || create.inherits.is_some() {
            return Err(SqlProblem::unsupported("a table made from another one is not something belt can run")
                .at(range.clone())
                .with_help("write the columns out"));
        }
        if create.columns.is_empty() {
            return Err(SqlProblem::invalid(format!("the table {name} has no columns")).at(range.clone()));
        }
        self.schema.tables.push(Table {
            name,
            range: range.clone(),
            columns: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
        });
        let at = self.schema.tables.len() - 1;
        for column in create.columns {
            self.column(at, column, range)?;
        }
        for constraint in create.constraints {
            self.constraint(at, constraint, range)?;
        }
        Ok(())
    }

    fn column(&mut self, at: usize, def: ColumnDef, within: &Range<usize>) -> Result<(), SqlProblem> {
        let name = self.fold(&def.name);
        let range = self.range(def.span(), within);
        let dialect = self.schema.dialect;
        let table = &self.schema.tables[at];
        if table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
            return Err(SqlProblem::invalid(format!("the column {name} of {} is there twice", table.name)).at(range));
        }
        let (kind, serial) =
            types::kind_of(dialect, &def.data_type, &self.schema.enums).map_err(|problem| problem.at(range.clone()))?;
        let mut column = Column {
            name: name.clone(),
            type_text: def.data_type.to_string(),
            ignores_case: dialect == Dialect::MySql && matches!(kind, Kind::Text { .. } | Kind::Enum(_)),
            kind,
            nullable: !serial,
            default: None,
            generated: serial,
            range: range.clone(),
            default_expr: None,
            lowered_default: None,
            sequence: serial.then(|| self.sequence(at, &name)),
            always: false,
            computed: None,
            touched_on_update: false,
            row_number: false,
        };
        let mut constraints = Vec::new();
        for option in def.options {
            let constraint_name = option.name;
            match option.option {
                ColumnOption::Null => column.nullable = true,
                ColumnOption::NotNull => column.nullable = false,
                ColumnOption::Default(expr) => {
                    column.default = Some(expr.to_string());
                    column.default_expr = Some(expr);
                }
                ColumnOption::PrimaryKey(mut key) => {
                    // SQLite's own spelling, and only in this spelling.
                    column.row_number = dialect == Dialect::Sqlite && matches!(def.data_type, DataType::Integer(None));
                    column.nullable = false;
                    key.name = key.name.or(constraint_name);
                    key.columns = vec![IndexColumn::from(def.name.clone())];
                    constraints.push(TableConstraint::PrimaryKey(key));
                }
                ColumnOption::Unique(mut unique) => {
                    unique.name = unique.name.or(constraint_name);
                    unique.columns = vec![IndexColumn::from(def.name.clone())];
                    constraints.push(TableConstraint::Unique(unique));
                }
                ColumnOption::ForeignKey(mut key) => {
                    key.name = key.name.or(constraint_name);
                    key.columns = vec![def.name.clone()];
                    // MySQL reads a column's own REFERENCES and does nothing with it.
                    if dialect != Dialect::MySql {
                        constraints.push(TableConstraint::ForeignKey(key));
                    }
                }
                ColumnOption::Check(mut check) => {
                    check.name = check.name.or(constraint_name);
                    constraints.push(TableConstraint::Check(check));
                }
                ColumnOption::DialectSpecific(tokens) => {
                    let words =
                        tokens.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ").to_ascii_uppercase();
                    match words.as_str() {
                        "AUTO_INCREMENT" | "AUTOINCREMENT" => {
                            column.sequence = Some(self.sequence(at, &name));
                            column.generated = true;
                            column.row_number = false;
                        }
                        _ => {
                            return Err(
                                SqlProblem::unsupported(format!("{words} is not something belt can run")).at(range)
                            );
                        }
                    }
                }
                ColumnOption::CharacterSet(set) => {
                    if set.to_string().eq_ignore_ascii_case("binary") {
                        column.ignores_case = false;
                    }
                }
                ColumnOption::Collation(collation) => {
                    let collation = last_name(Dialect::Sqlite, &collation).to_ascii_lowercase();
                    let exact = ["_bin", "_cs", "binary", "_as_cs"].iter().any(|end| collation.ends_with(end));
                    column.ignores_case = match dialect {
                        Dialect::PostgreSql => false,
                        Dialect::MySql => !exact,
                        Dialect::Sqlite => collation == "nocase",
                    };
                }
                ColumnOption::Comment(_) | ColumnOption::Invisible => {}
                ColumnOption::OnUpdate(_) => column.touched_on_update = true,
                ColumnOption::Generated { generated_as, generation_expr, .. } => {
                    column.generated = true;
                    match generation_expr {
                        Some(expr) => {
                            column.always = true;
                            column.computed = Some(expr);
                        }
                        None => {
                            column.always = matches!(generated_as, GeneratedAs::Always);
                            column.nullable = false;
                            column.sequence = Some(self.sequence(at, &name));
                        }
                    }
                }
                other => {
                    return Err(SqlProblem::unsupported(format!("{other} is not something belt can run")).at(range));
                }
            }
        }
        if column.row_number {
            column.generated = true;
        }
        self.schema.tables[at].columns.push(column);
        for constraint in constraints {
            self.constraint(at, constraint, &range)?;
        }
        Ok(())
    }

    fn sequence(&mut self, at: usize, column: &str) -> usize {
        self.schema.sequences.push(format!("{}_{column}_seq", self.schema.tables[at].name));
        self.schema.sequences.len() - 1
    }

    /// Names of the columns, all of which must exist.
    fn known(&self, at: usize, names: &[Ident], within: &Range<usize>) -> Result<Vec<String>, SqlProblem> {
        let table = &self.schema.tables[at];
        names
            .iter()
            .map(|ident| {
                let name = self.fold(ident);
                let found = match self.schema.dialect {
                    Dialect::PostgreSql => table.columns.iter().find(|column| column.name == name),
                    _ => table.column(&name),
                };
                found.map(|column| column.name.clone()).ok_or_else(|| {
                    SqlProblem::invalid(format!("the table {} has no column {name}", table.name))
                        .at(self.range(ident.span, within))
                })
            })
            .collect()
    }

    fn key_columns(
        &self,
        at: usize,
        columns: &[IndexColumn],
        within: &Range<usize>,
    ) -> Result<Vec<String>, SqlProblem> {
        let idents = columns
            .iter()
            .map(|column| {
                column_ident(&column.column.expr).ok_or_else(|| {
                    SqlProblem::unsupported(format!(
                        "{} is not a column, and a constraint is made of columns",
                        column.column.expr
                    ))
                    .at(self.range(column.column.expr.span(), within))
                    .with_help("use CREATE UNIQUE INDEX for expressions")
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        self.known(at, &idents, within)
    }

    fn constraint(&mut self, at: usize, constraint: TableConstraint, within: &Range<usize>) -> Result<(), SqlProblem> {
        let range = self.range(constraint.span(), within);
        let table_name = self.schema.tables[at].name.clone();
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                let columns = self.key_columns(at, &key.columns, &range)?;
                if self.schema.tables[at].primary_key().is_some() {
                    return Err(SqlProblem::invalid(format!("the table {table_name} has two primary keys")).at(range));
                }
                for name in &columns {
                    for column in &mut self.schema.tables[at].columns {
                        if column.name == *name {
                            column.nullable = false;
                            column.row_number &= columns.len() == 1;
                        }
                    }
                }
                let name = key.name.map_or_else(|| format!("{table_name}_pkey"), |name| self.fold(&name));
                self.schema.tables[at].uniques.push(Unique {
                    name,
                    columns,
                    primary: true,
                    nulls_not_distinct: false,
                    range,
                });
            }
            TableConstraint::Unique(unique) => {
                if unique.columns.iter().any(|column| column_ident(&column.column.expr).is_none()) {
                    let name = unique.name.or(unique.index_name).map(|name| self.fold(&name));
                    return self.index(at, name, &unique.columns, true, true, None, false, &range);
                }
                let columns = self.key_columns(at, &unique.columns, &range)?;
                let name = unique
                    .name
                    .or(unique.index_name)
                    .map_or_else(|| format!("{table_name}_{}_key", columns.join("_")), |name| self.fold(&name));
                let nulls_not_distinct = unique.nulls_distinct == NullsDistinctOption::NotDistinct;
                self.schema.tables[at].uniques.push(Unique {
                    name,
                    columns,
                    primary: false,
                    nulls_not_distinct,
                    range,
                });
            }
            TableConstraint::ForeignKey(key) => self.foreign_key(at, key, range)?,
            TableConstraint::Check(check) => {
                let number = self.schema.tables[at].checks.len() + 1;
                let name = check.name.map_or_else(|| format!("{table_name}_check{number}"), |name| self.fold(&name));
                let text = check.expr.to_string();
                self.schema.tables[at].checks.push(Check { name, text, range, expr: *check.expr });
            }
            TableConstraint::Index(index) => {
                let modelled = !matches!(index.index_type, Some(IndexType::GIN | IndexType::GiST));
                let name = index.name.map(|name| self.fold(&name));
                self.index(at, name, &index.columns, false, modelled, None, false, &range)?;
            }
            TableConstraint::FulltextOrSpatial(index) => {
                let name = index.opt_index_name.map(|name| self.fold(&name));
                self.index(at, name, &index.columns, false, false, None, false, &range)?;
            }
            other => {
                return Err(SqlProblem::unsupported(format!("{other} is not something belt can run")).at(range));
            }
        }
        Ok(())
    }

    fn foreign_key(&mut self, at: usize, key: ForeignKeyConstraint, range: Range<usize>) -> Result<(), SqlProblem> {
        let columns = self.known(at, &key.columns, &range)?;
        let table = &self.schema.tables[at];
        let name =
            key.name.map_or_else(|| format!("{}_{}_fkey", table.name, columns.join("_")), |name| self.fold(&name));
        let mut actions = String::new();
        for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
            if let Some(action) = action {
                let action = match action {
                    ReferentialAction::Restrict => "RESTRICT",
                    ReferentialAction::Cascade => "CASCADE",
                    ReferentialAction::SetNull => "SET NULL",
                    ReferentialAction::NoAction => "NO ACTION",
                    ReferentialAction::SetDefault => "SET DEFAULT",
                };
                actions.push_str(&format!(" ON {event} {action}"));
            }
        }
        let referred = key.referred_columns.iter().map(|ident| self.fold(ident)).collect();
        let parent = last_name(self.schema.dialect, &key.foreign_table);
        self.schema.tables[at].foreign_keys.push(ForeignKey { name, columns, table: parent, referred, range, actions });
        Ok(())
    }

    fn create_index(&mut self, index: CreateIndex, range: &Range<usize>) -> Result<(), SqlProblem> {
        let table = last_name(self.schema.dialect, &index.table_name);
        let at = self.table_index(&table, range)?;
        let modelled = matches!(index.using, None | Some(IndexType::BTree | IndexType::Hash));
        let name = index.name.map(|name| last_name(self.schema.dialect, &name));
        let nulls_not_distinct = index.nulls_distinct == Some(false);
        self.index(at, name, &index.columns, index.unique, modelled, index.predicate, nulls_not_distinct, range)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an index, from three kinds of syntax")]
    fn index(
        &mut self,
        at: usize,
        name: Option<String>,
        columns: &[IndexColumn],
        unique: bool,
        modelled: bool,
        predicate: Option<Expr>,
        nulls_not_distinct: bool,
        range: &Range<usize>,
    ) -> Result<(), SqlProblem> {
        let mut parts = Vec::new();
        for column in columns {
            let ident = column_ident(&column.column.expr);
            let name = match &ident {
                Some(ident) => self.known(at, std::slice::from_ref(ident), range)?.pop(),
                None => None,
            };
            parts.push(IndexPart {
                column: name,
                descending: column.column.options.sort == Some(sqlparser::ast::OrderBySort::Desc),
                expr: column.column.expr.clone(),
            });
        }
        let table = &self.schema.tables[at];
        let name = name.unwrap_or_else(|| {
            let words: Vec<&str> = parts.iter().map(|part| part.column.as_deref().unwrap_or("expr")).collect();
            format!("{}_{}_idx", table.name, words.join("_"))
        });
        self.schema.tables[at].indexes.push(Index {
            name,
            parts,
            unique,
            predicate: predicate.as_ref().map(ToString::to_string),
            modelled,
            nulls_not_distinct,
            range: range.clone(),
            predicate_expr: predicate,
        });
        Ok(())
    }

    fn alter(&mut self, at: usize, operation: AlterTableOperation, range: &Range<usize>) -> Result<(), SqlProblem> {
        let set_nullable = |builder: &mut Self, name: &Ident, nullable: bool| -> Result<(), SqlProblem> {
            let known = builder.known(at, std::slice::from_ref(name), range)?;
            for column in &mut builder.schema.tables[at].columns {
                if known.contains(&column.name) {
                    column.nullable = nullable;
                }
            }
            Ok(())
        };
        match operation {
            AlterTableOperation::AddColumn { column_def, if_not_exists, .. } => {
                let name = self.fold(&column_def.name);
                if if_not_exists && self.schema.tables[at].column(&name).is_some() {
                    return Ok(());
                }
                self.column(at, column_def, range)
            }
            AlterTableOperation::AddConstraint { constraint, .. } => self.constraint(at, constraint, range),
            AlterTableOperation::AlterColumn { column_name, op } => match op {
                sqlparser::ast::AlterColumnOperation::SetNotNull => set_nullable(self, &column_name, false),
                sqlparser::ast::AlterColumnOperation::DropNotNull => set_nullable(self, &column_name, true),
                sqlparser::ast::AlterColumnOperation::SetDefault { value } => {
                    let known = self.known(at, &[column_name], range)?;
                    for column in &mut self.schema.tables[at].columns {
                        if known.contains(&column.name) {
                            column.default = Some(value.to_string());
                            column.default_expr = Some(value.clone());
                        }
                    }
                    Ok(())
                }
                other => Err(SqlProblem::unsupported(format!("ALTER COLUMN {other} is not something belt can run"))),
            },
            other @ (AlterTableOperation::EnableRowLevelSecurity | AlterTableOperation::OwnerTo { .. }) => {
                let _ = other;
                Ok(())
            }
            other => Err(SqlProblem::unsupported(format!("ALTER TABLE {other} is not something belt can run"))),
        }
    }
}

/// The column an index part names, through MySQL's prefix lengths (`code(10)`) as well.
fn column_ident(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Identifier(ident) => Some(ident.clone()),
        Expr::Nested(inner) => column_ident(inner),
        _ => None,
    }
}

/// Fills in what foreign keys leave out, and refuses those that refer to nothing.
fn check_references(schema: &mut Schema) -> Result<(), SqlProblem> {
    for at in 0..schema.tables.len() {
        for key_at in 0..schema.tables[at].foreign_keys.len() {
            let key = schema.tables[at].foreign_keys[key_at].clone();
            let Some(parent) = schema.table(&key.table) else {
                return Err(SqlProblem::invalid(format!(
                    "the foreign key refers to a table {}, which is not there",
                    key.table
                ))
                .at(key.range));
            };
            let referred: Vec<String> = if key.referred.is_empty() {
                parent.primary_key().map(|primary| primary.columns.clone()).unwrap_or_default()
            } else {
                key.referred.iter().filter_map(|name| parent.column(name).map(|column| column.name.clone())).collect()
            };
            let mut wanted: Vec<&str> = referred.iter().map(String::as_str).collect();
            wanted.sort_unstable();
            let unique = parent.unique_sets().into_iter().any(|mut set| {
                set.sort_unstable();
                set == wanted
            });
            if referred.len() != key.columns.len() || !unique {
                return Err(SqlProblem::invalid(format!(
                    "the foreign key refers to {}({}), which is neither its primary key nor unique",
                    key.table,
                    key.referred.join(", ")
                ))
                .at(key.range));
            }
            let parent = parent.name.clone();
            let key = &mut schema.tables[at].foreign_keys[key_at];
            key.referred = referred;
            key.table = parent;
        }
    }
    Ok(())
}

fn lower_all(schema: &mut Schema) -> Result<(), SqlProblem> {
    let mut lowered = Vec::new();
    for at in 0..schema.tables.len() {
        for column_at in 0..schema.tables[at].columns.len() {
            let column = &schema.tables[at].columns[column_at];
            let default = match (&column.default_expr, column.sequence) {
                (Some(expr), _) => {
                    let text =
                        lower::expression(schema, at, expr).map_err(|problem| problem.at(column.range.clone()))?;
                    Some(column.kind.coerced(&text).unwrap_or(text))
                }
                (None, Some(sequence)) => Some(format!("belt_seq({sequence})")),
                (None, None) => None,
            };
            schema.tables[at].columns[column_at].lowered_default = default;
        }
        let table = &schema.tables[at];
        lowered.push((create_table(schema, at)?, table.range.clone()));
        for (number, index) in table.indexes.iter().enumerate().filter(|(_, index)| index.modelled) {
            lowered.push((create_index(schema, at, index, number)?, index.range.clone()));
        }
        for unique in table.uniques.iter().filter(|unique| unique.nulls_not_distinct) {
            let parts: Vec<String> = unique.columns.iter().map(|name| null_as_value(&quoted(name))).collect();
            let name = format!("{}{}", table.name, unique.name);
            lowered.push((unique_index(&name, &table.name, &parts, None), unique.range.clone()));
        }
    }
    schema.lowered = lowered;
    Ok(())
}

/// Makes nulls compare equal: no column holds this value.
fn null_as_value(column: &str) -> String {
    format!("coalesce({column}, x'62656c74')")
}

fn unique_index(name: &str, table: &str, parts: &[String], predicate: Option<&str>) -> String {
    let filter = predicate.map(|text| format!(" WHERE {text}")).unwrap_or_default();
    format!("CREATE UNIQUE INDEX {} ON {} ({}){filter}", quoted(name), quoted(table), parts.join(", "))
}

fn create_index(schema: &Schema, at: usize, index: &Index, number: usize) -> Result<String, SqlProblem> {
    let table = &schema.tables[at];
    let mut parts = Vec::new();
    for part in &index.parts {
        let mut text = match &part.column {
            Some(column) => quoted(column),
            None => lower::expression(schema, at, &part.expr).map_err(|problem| problem.at(index.range.clone()))?,
        };
        if index.nulls_not_distinct {
            text = null_as_value(&text);
        }
        if part.descending {
            text.push_str(" DESC");
        }
        parts.push(text);
    }
    let predicate = index
        .predicate_expr
        .as_ref()
        .map(|expr| lower::expression(schema, at, expr))
        .transpose()
        .map_err(|problem| problem.at(index.range.clone()))?;
    // Two tables may use one index name in MySQL; SQLite's are global.
    let twice = schema
        .tables
        .iter()
        .flat_map(|table| &table.indexes)
        .filter(|other| other.name.eq_ignore_ascii_case(&index.name))
        .count()
        > 1
        || schema.table(&index.name).is_some();
    let name = if twice { format!("{}.{}.{number}", table.name, index.name) } else { index.name.clone() };
    if index.unique {
        return Ok(unique_index(&name, &table.name, &parts, predicate.as_deref()));
    }
    let filter = predicate.map(|text| format!(" WHERE {text}")).unwrap_or_default();
    Ok(format!("CREATE INDEX {} ON {} ({}){filter}", quoted(&name), quoted(&table.name), parts.join(", ")))
}

/// What begins the names of the conditions belt adds for types; the column's name follows.
pub(super) const TYPE_CHECK: &str = "belt.type.";

fn create_table(schema: &Schema, at: usize) -> Result<String, SqlProblem> {
    let table = &schema.tables[at];
    let mut parts = Vec::new();
    for column in &table.columns {
        let name = quoted(&column.name);
        let mut text = format!("{name} {}", if column.row_number { "INTEGER" } else { column.kind.storage() });
        if !column.nullable && !column.row_number {
            text.push_str(" NOT NULL");
        }
        if let Some(expr) = &column.computed {
            let expr = lower::expression(schema, at, expr).map_err(|problem| problem.at(column.range.clone()))?;
            text.push_str(&format!(" GENERATED ALWAYS AS ({expr}) STORED"));
        } else if let Some(default) = &column.lowered_default {
            text.push_str(&format!(" DEFAULT ({default})"));
        }
        if column.ignores_case {
            text.push_str(" COLLATE NOCASE");
        }
        if let Some(condition) = column.kind.condition(&name) {
            text.push_str(&format!(
                " CONSTRAINT {} CHECK ({condition})",
                quoted(&format!("{TYPE_CHECK}{}", column.name))
            ));
        }
        parts.push(text);
    }
    for unique in &table.uniques {
        let columns: Vec<String> = unique.columns.iter().map(|name| quoted(name)).collect();
        let what = if unique.primary { "PRIMARY KEY" } else { "UNIQUE" };
        parts.push(format!("CONSTRAINT {} {what} ({})", quoted(&unique.name), columns.join(", ")));
    }
    for key in &table.foreign_keys {
        let columns: Vec<String> = key.columns.iter().map(|name| quoted(name)).collect();
        let referred: Vec<String> = key.referred.iter().map(|name| quoted(name)).collect();
        parts.push(format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}){}",
            columns.join(", "),
            quoted(&key.table),
            referred.join(", "),
            key.actions
        ));
    }
    for check in &table.checks {
        let text = lower::expression(schema, at, &check.expr).map_err(|problem| problem.at(check.range.clone()))?;
        parts.push(format!("CONSTRAINT {} CHECK ({text})", quoted(&check.name)));
    }
    // InnoDB keeps rows in the order of the primary key and puts that key at the end of every index.
    let clustered = schema.dialect == Dialect::MySql && table.primary_key().is_some();
    let options = if clustered { "STRICT, WITHOUT ROWID" } else { "STRICT" };
    Ok(format!("CREATE TABLE {} ({}) {options}", quoted(&table.name), parts.join(", ")))
}
