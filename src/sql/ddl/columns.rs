//! A column: its type, and everything that may stand behind it.

use std::ops::Range;

use sqlparser::ast::{
    ColumnDef, ColumnOption, DataType, Expr, GeneratedAs, IndexColumn, SequenceOptions, Spanned, TableConstraint,
};

use super::Builder;
use crate::sql::model::{Column, Sequence};
use crate::sql::names::last_name;
use crate::sql::{Dialect, Kind, SqlProblem, types};

impl Builder<'_> {
    pub(in crate::sql) fn column(
        &mut self,
        at: usize,
        def: ColumnDef,
        within: &Range<usize>,
    ) -> Result<(), SqlProblem> {
        let def = self.without_domain(def);
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
            ignores_case: (dialect == Dialect::MySql && matches!(kind, Kind::Text { .. } | Kind::Enum(_)))
                || def.data_type.to_string().eq_ignore_ascii_case("citext"),
            kind,
            nullable: !serial,
            default: None,
            generated: serial,
            range: range.clone(),
            default_expr: None,
            lowered_default: None,
            sequence: serial.then(|| self.sequence(at, &name, &[])),
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
                            column.sequence = Some(self.sequence(at, &name, &[]));
                            column.generated = true;
                            column.row_number = false;
                        }
                        "ASC" if dialect == Dialect::Sqlite => {}
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
                ColumnOption::Generated { generated_as, generation_expr, sequence_options, .. } => {
                    column.generated = true;
                    match generation_expr {
                        Some(expr) => {
                            column.always = true;
                            column.computed = Some(expr);
                        }
                        None => {
                            column.always = matches!(generated_as, GeneratedAs::Always);
                            column.nullable = false;
                            let options = sequence_options.unwrap_or_default();
                            column.sequence = Some(self.sequence(at, &name, &options));
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

    pub(super) fn sequence(&mut self, at: usize, column: &str, options: &[SequenceOptions]) -> usize {
        let name = format!("{}_{column}_seq", self.schema.tables[at].name);
        self.schema.sequences.push(sequence(name, options));
        self.schema.sequences.len() - 1
    }
}

pub(super) fn sequence(name: String, options: &[SequenceOptions]) -> Sequence {
    let number = |expr: &Expr| expr.to_string().replace(' ', "").parse::<i64>().ok();
    let step = options.iter().find_map(|option| match option {
        SequenceOptions::IncrementBy(by, _) => number(by).filter(|by| *by != 0),
        _ => None,
    });
    let start = options.iter().find_map(|option| match option {
        SequenceOptions::StartWith(start, _) => number(start),
        _ => None,
    });
    let least = options.iter().find_map(|option| match option {
        SequenceOptions::MinValue(Some(least)) => number(least),
        _ => None,
    });
    Sequence { name, start: start.or(least).unwrap_or(1), step: step.unwrap_or(1) }
}
