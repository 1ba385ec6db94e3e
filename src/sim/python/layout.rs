//! Where the learner's code stands in a program, and what the interpreter says of it in the learner's terms.

use std::sync::Arc;

use monty::RunProgress;
use monty_types::{ExcType, ExtFunctionResult, MontyException, MontyObject, NameLookupResult, PrintWriter};

use super::exchange::{fault_of, from_monty, to_monty, without_numbers};
use super::{ErrorKind, Frame, HOST_CALL, PyError, Suspended, TIME_LIMIT, Turn};
use crate::sim::dialect;
use crate::sim::errors::Fault;
use crate::sim::pure;
use crate::sim::value::Value;

/// Where the learner's code stands in the program's text.
#[derive(Debug, Clone)]
pub(super) struct Layout(pub(super) Arc<Text>);

#[derive(Debug)]
pub(super) struct Text {
    pub(super) prelude: String,
    pub(super) prelude_lines: u32,
    pub(super) code: String,
    pub(super) line_starts: Vec<usize>,
    /// The learner's line of each line that runs; empty where they are the same.
    pub(super) lines: Vec<u32>,
    /// The lines that run, where they are not the learner's.
    pub(super) runs: Vec<String>,
    /// Built-in types that stand for exceptions of the learner's.
    pub(super) renamed: Vec<(&'static str, String)>,
}

impl std::ops::Deref for Layout {
    type Target = Text;

    fn deref(&self) -> &Text {
        &self.0
    }
}

impl Layout {
    /// Serves what needs no world (name look-ups, pure functions) until the program calls the world or ends.
    pub(super) fn turn(&self, mut progress: Result<RunProgress, MontyException>) -> Turn {
        loop {
            progress = match progress {
                Err(exception) => return Turn::Raised(self.error(&exception)),
                Ok(RunProgress::Complete(value)) => return Turn::Done(from_monty(value)),
                Ok(RunProgress::NameLookup(lookup)) => {
                    let answer = if lookup.name == HOST_CALL && lookup.object_id().is_none() {
                        NameLookupResult::Value(MontyObject::Function { name: HOST_CALL.to_owned(), docstring: None })
                    } else {
                        NameLookupResult::Undefined
                    };
                    lookup.resume(answer, PrintWriter::Disabled)
                }
                Ok(RunProgress::FunctionCall(mut call)) => {
                    if call.function_name != HOST_CALL || call.args.len() != 3 {
                        let name = call.function_name.clone();
                        call.resume(ExtFunctionResult::NotFound(name), PrintWriter::Disabled)
                    } else {
                        let mut args = std::mem::take(&mut call.args).into_iter().map(from_monty);
                        let (object, method, args) = (args.next(), args.next(), args.next());
                        let (Some(Value::Str(object)), Some(Value::Str(method)), Some(Value::List(args))) =
                            (object, method, args)
                        else {
                            return Turn::Raised(self.misuse("a world call with odd arguments"));
                        };
                        if object.is_empty() {
                            match pure::call(&method, &args) {
                                Ok(value) => call.resume(to_monty(&value), PrintWriter::Disabled),
                                Err(message) => call.resume(
                                    MontyException::new(ExcType::TypeError, Some(message)),
                                    PrintWriter::Disabled,
                                ),
                            }
                        } else {
                            let layout = self.clone();
                            return Turn::Call(Box::new(Suspended { object, method, args, call, layout }));
                        }
                    }
                }
                Ok(RunProgress::OsCall(call)) => {
                    let message = "files, the environment and the machine's clock are out of reach; \
                                   use the objects of the exercise, such as clock.now()";
                    call.resume(
                        MontyException::new(ExcType::NotImplementedError, Some(message.to_owned())),
                        PrintWriter::Disabled,
                    )
                }
                Ok(RunProgress::ResolveFutures(_)) => {
                    return Turn::Raised(self.misuse("async code cannot be run; write plain functions"));
                }
            }
        }
    }

    /// Where to look for a loop without an end: the interpreter does not say which it was in.
    fn first_loop(&self) -> Option<Frame> {
        let mut at = 0;
        for line in self.code.split_inclusive('\n') {
            let text = line.trim_start();
            if text.starts_with("while ") || text.starts_with("while(") {
                let start = at + line.len() - text.len();
                return Some(Frame { function: String::new(), range: start..start + text.trim_end().len() });
            }
            at += line.len();
        }
        None
    }

    fn misuse(&self, message: &str) -> PyError {
        PyError {
            kind: ErrorKind::World(Fault::Misuse),
            name: "TypeError".into(),
            message: message.to_owned(),
            frames: Vec::new(),
            help: None,
        }
    }

    pub(super) fn frames(&self, exception: &MontyException) -> Vec<Frame> {
        exception
            .traceback()
            .iter()
            .filter_map(|frame| {
                let start = self.offset(frame.start.line, frame.start.column)?;
                let end = self.offset(frame.end.line, frame.end.column).unwrap_or(self.code.len());
                let function = frame.frame_name.clone().unwrap_or_default();
                Some(Frame { function, range: start..end.max(start) })
            })
            .collect()
    }

    /// Byte offset in the learner's code of a line and column (from 1, in characters) of the program's text.
    fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let at = line.checked_sub(self.prelude_lines + 1)? as usize;
        let line = if self.lines.is_empty() { at } else { *self.lines.get(at)? as usize };
        let start = *self.line_starts.get(line)?;
        let end = self.line_starts.get(line + 1).map_or(self.code.len(), |next| next - 1);
        let text = self.code.get(start..end)?;
        let column = (column.max(1) - 1) as usize;
        let Some(runs) = self.runs.get(at) else {
            return Some(start + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at));
        };
        let column = runs.char_indices().nth(column).map_or(runs.len(), |(at, _)| at);
        Some(start + aligned(runs, column, text))
    }

    pub(super) fn error(&self, exception: &MontyException) -> PyError {
        let mut message = exception.message().unwrap_or_default().to_owned();
        // The number of the object behind an exception of the learner's own.
        if message.contains('\0') {
            message = without_numbers(&message);
        }
        let mut frames = self.frames(exception);
        let raised: &'static str = exception.exc_type().into();
        let own = self.renamed.iter().filter(|_| !is_the_interpreters(&message)).find(|(stands, _)| *stands == raised);
        let (kind, name) = match exception.exc_type() {
            _ if own.is_some() => (ErrorKind::Exception, own.map_or_else(String::new, |(_, name)| name.clone())),
            ExcType::TimeoutError if message.starts_with("time limit exceeded") => {
                message = "this code does not come to an end".to_owned();
                frames.extend(self.first_loop());
                (ErrorKind::Limit, TIME_LIMIT.to_owned())
            }
            ExcType::RecursionError | ExcType::MemoryError => {
                let name: &'static str = exception.exc_type().into();
                (ErrorKind::Limit, name.to_owned())
            }
            other => match fault_of(other) {
                Some(fault) if other != ExcType::ModuleNotFoundError || !message.starts_with("No module named") => {
                    (ErrorKind::World(fault), fault.name().to_owned())
                }
                _ => {
                    let name: &'static str = other.into();
                    (ErrorKind::Exception, name.to_owned())
                }
            },
        };
        let setting = dialect::Setting {
            prelude: &self.prelude,
            code: &self.code,
            at: frames.last().map(|frame| frame.range.start),
        };
        let help = dialect::help(&name, &message, &setting);
        let message = dialect::plain(&message, &self.renamed);
        PyError { kind, name, message, frames, help }
    }
}

/// Where in `written` the place `column` of what runs in its stead is: beside the longest text around it that both have.
fn aligned(runs: &str, column: usize, written: &str) -> usize {
    let (before, after) = runs.split_at(column);
    let indent = written.len() - written.trim_start().len();
    let (before, after) = (before.trim_start(), after.trim_end());
    let ends = after.char_indices().map(|(at, sign)| at + sign.len_utf8()).rev();
    let right = ends.map(|end| &after[..end]).find_map(|text| Some((text.len(), written.find(text)?)));
    let starts = before.char_indices().map(|(at, _)| &before[at..]);
    let left = starts.map(|text| (text.len(), written.find(text).map(|at| at + text.len())));
    let left = left.into_iter().find_map(|(length, at)| Some((length, at?)));
    match (left, right) {
        (Some(left), Some(right)) => {
            if left.0 >= right.0 {
                left.1
            } else {
                right.1
            }
        }
        (Some((_, at)), None) | (None, Some((_, at))) => at,
        (None, None) => indent,
    }
}

/// Messages the interpreter gives to types that may stand for the learner's own.
fn is_the_interpreters(message: &str) -> bool {
    [
        "maximum recursion depth",
        "memory limit",
        "cannot access local variable",
        "files, the environment and the machine",
    ]
    .iter()
    .any(|start| message.starts_with(start))
        || message.contains("does not yet support")
}
