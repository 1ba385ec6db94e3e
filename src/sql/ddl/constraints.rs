//! Keys, conditions and indexes: of the columns they name, all of which must exist.

use std::ops::Range;

use sqlparser::ast::{
    ConstraintUsingIndex, CreateIndex, Expr, ForeignKeyConstraint, Ident, IndexColumn, IndexType, NullsDistinctOption,
    ObjectNamePart, OrderBySort, ReferentialAction, Spanned, TableConstraint,
};

use super::Builder;
use crate::sql::model::{Check, ForeignKey, Index, IndexPart, Schema, Unique};
use crate::sql::names::last_name;
use crate::sql::{Dialect, SqlProblem};

impl Builder<'_> {
    /// Names of the columns, all of which must exist.
    pub(in crate::sql) fn known(
        &self,
        at: usize,
        names: &[Ident],
        within: &Range<usize>,
    ) -> Result<Vec<String>, SqlProblem> {
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

    /// A unique index becomes a constraint, and has its name from then on.
    fn by_index(
        &mut self,
        at: usize,
        using: &ConstraintUsingIndex,
        primary: bool,
        range: Range<usize>,
    ) -> Result<(), SqlProblem> {
        let index_name = self.fold(&using.index_name);
        let name = using.name.as_ref().map_or_else(|| index_name.clone(), |name| self.fold(name));
        let table = &mut self.schema.tables[at];
        let Some(place) = table.indexes.iter().position(|index| index.name == index_name) else {
            return Err(SqlProblem::invalid(format!("the table {} has no index {index_name}", table.name)).at(range));
        };
        let index = &table.indexes[place];
        let columns: Option<Vec<String>> = index.parts.iter().map(|part| part.column.clone()).collect();
        let Some(columns) = columns.filter(|_| index.unique && index.predicate.is_none()) else {
            let message = format!("{index_name} is not a unique index over plain columns of all rows");
            return Err(SqlProblem::invalid(message).at(range));
        };
        let nulls_not_distinct = index.nulls_not_distinct;
        if primary {
            if table.primary_key().is_some() {
                let message = format!("the table {} has two primary keys", table.name);
                return Err(SqlProblem::invalid(message).at(range));
            }
            for column in table.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
                column.nullable = false;
            }
        }
        table.indexes.remove(place);
        table.uniques.push(Unique { name, columns, primary, nulls_not_distinct, range });
        Ok(())
    }

    pub(in crate::sql) fn constraint(
        &mut self,
        at: usize,
        constraint: TableConstraint,
        within: &Range<usize>,
    ) -> Result<(), SqlProblem> {
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
            TableConstraint::UniqueUsingIndex(using) => self.by_index(at, &using, false, range)?,
            TableConstraint::PrimaryKeyUsingIndex(using) => self.by_index(at, &using, true, range)?,
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
            TableConstraint::Exclude(exclusion) => self.exclude(at, exclusion, range),
            TableConstraint::FulltextOrSpatial(index) => {
                let name = index.opt_index_name.map(|name| self.fold(&name));
                self.index(at, name, &index.columns, false, false, None, false, &range)?;
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

    pub(super) fn create_index(&mut self, index: CreateIndex, range: &Range<usize>) -> Result<(), SqlProblem> {
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
                descending: column.column.options.sort == Some(OrderBySort::Desc),
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
}

/// The column an index part names, through MySQL's prefix lengths (`code(10)`) as well.
fn column_ident(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Identifier(ident) => Some(ident.clone()),
        Expr::Nested(inner) => column_ident(inner),
        Expr::Function(function) => {
            let length = function.args.to_string();
            let prefix = length.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let prefix = prefix.is_some_and(|length| length.parse::<u32>().is_ok());
            match function.name.0.as_slice() {
                [ObjectNamePart::Identifier(name)] if prefix => Some(name.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Fills in what foreign keys leave out, and refuses those that refer to nothing.
pub(in crate::sql) fn check_references(schema: &mut Schema) -> Result<(), SqlProblem> {
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
