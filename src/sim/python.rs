//! The one place that names the interpreter: programs, their suspensions, and their errors in the learner's terms.
//!
//! A program is three texts end to end: a prelude (the world's objects as Python sees them), the learner's code, and an
//! epilogue (what to run). Positions are given in the learner's code only; frames elsewhere are left out. Every call that
//! leaves the code goes through one host function, [`HOST_CALL`], as `(object, method, arguments)`.

mod exchange;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use monty::{FunctionCall, MontyRun, RunProgress};
use monty_types::{
    CompileOptions, ExcType, ExtFunctionResult, MontyException, MontyObject, NameLookupResult, PrintWriter,
    ResourceLimits, ResourceTracker,
};

use exchange::{exception_type, fault_of, from_monty, to_monty};

use super::dialect;
use super::errors::Fault;
use super::pure;
use super::value::Value;

/// The host function every world call goes through.
pub const HOST_CALL: &str = "_belt_call";

/// Processor time that code without a world may use.
const MAX_PURE_DURATION: Duration = Duration::from_secs(4);
const MAX_RECURSION_DEPTH: usize = 900;

/// A compiled program.
#[derive(Debug, Clone)]
pub struct Program {
    run: MontyRun,
    layout: Layout,
}

/// Where the learner's code stands in the program's text.
#[derive(Debug, Clone)]
struct Layout(Arc<Text>);

#[derive(Debug)]
struct Text {
    prelude: String,
    prelude_lines: u32,
    code: String,
    line_starts: Vec<usize>,
    /// The learner's line of each line that runs; empty where they are the same.
    lines: Vec<u32>,
    /// Built-in types that stand for exceptions of the learner's.
    renamed: Vec<(&'static str, String)>,
}

impl std::ops::Deref for Layout {
    type Target = Text;

    fn deref(&self) -> &Text {
        &self.0
    }
}

/// Why code ended with an error.
#[derive(Debug, Clone, PartialEq)]
pub struct PyError {
    pub kind: ErrorKind,
    /// The exception's name, in the field's words for world errors.
    pub name: String,
    pub message: String,
    /// Calls in the learner's code, outermost first.
    pub frames: Vec<Frame>,
    /// What to write instead, where we know.
    pub help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The code does not compile.
    Syntax,
    /// An error the world raised, or that the code raised in its name.
    World(Fault),
    /// `raise` of something else, or a mistake such as a `TypeError`.
    Exception,
    /// A limit of the interpreter: time, recursion, memory.
    Limit,
}

/// A place in the learner's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub function: String,
    /// Byte offsets into the learner's code.
    pub range: Range<usize>,
}

impl PyError {
    /// The innermost place in the learner's code.
    pub fn place(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// Whether this is a slip of the pen (`NameError`, `TypeError`) and not something a design raises on purpose.
    pub fn is_mistake(&self) -> bool {
        match self.kind {
            ErrorKind::Syntax | ErrorKind::Limit => true,
            ErrorKind::World(fault) => matches!(fault, Fault::Misuse | Fault::SqlError),
            ErrorKind::Exception => matches!(
                self.name.as_str(),
                "TypeError"
                    | "NameError"
                    | "AttributeError"
                    | "KeyError"
                    | "IndexError"
                    | "ZeroDivisionError"
                    | "UnboundLocalError"
            ),
        }
    }
}

impl std::fmt::Display for PyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.is_empty() { f.write_str(&self.name) } else { write!(f, "{}: {}", self.name, self.message) }
    }
}

/// What happened when a program ran on.
#[derive(Debug)]
pub enum Turn {
    Call(Box<Suspended>),
    Done(Value),
    Raised(PyError),
}

/// A program waiting for the answer of a world call.
#[derive(Debug)]
pub struct Suspended {
    pub object: String,
    pub method: String,
    pub args: Vec<Value>,
    call: FunctionCall,
    layout: Layout,
}

/// The answer of a world call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reply {
    Return(Value),
    Raise(Fault, String),
}

impl Program {
    /// Compiles the three texts. `inputs` become global names, filled by [`Program::start`].
    pub fn compile(prelude: &str, code: &str, epilogue: &str, inputs: &[&str]) -> Result<Program, PyError> {
        if let Some((message, at)) = dialect::too_much(code) {
            let frames = vec![Frame { function: String::new(), range: at..at }];
            return Err(PyError { kind: ErrorKind::Syntax, name: "SyntaxError".into(), message, frames, help: None });
        }
        let adapted = dialect::adapt(code, prelude);
        let mut source = String::with_capacity(prelude.len() + code.len() + epilogue.len() + 2);
        source.push_str(prelude);
        if !prelude.is_empty() && !prelude.ends_with('\n') {
            source.push('\n');
        }
        source.push_str(&adapted.shims);
        let prelude = source.clone();
        let prelude_lines = source.matches('\n').count() as u32;
        source.push_str(&adapted.code);
        source.push('\n');
        source.push_str(epilogue);
        let mut line_starts = vec![0];
        line_starts.extend(code.match_indices('\n').map(|(at, _)| at + 1));
        let (renamed, lines) = (adapted.renamed, adapted.lines);
        let code = code.to_owned();
        let layout = Layout(Arc::new(Text { prelude, prelude_lines, code, line_starts, lines, renamed }));
        let inputs = inputs.iter().map(|name| (*name).to_owned()).collect();
        match MontyRun::new(source, "design.py", inputs, CompileOptions::default()) {
            Ok(run) => Ok(Program { run, layout }),
            Err(exception) => {
                let mut error = layout.error(&exception);
                error.kind = ErrorKind::Syntax;
                Err(error)
            }
        }
    }

    /// Runs until the first world call or the end; `max_duration` is for the whole run, waiting not counted.
    pub fn start(&self, inputs: &[Value], max_duration: Duration) -> Turn {
        let limits = ResourceLimits {
            max_duration: Some(max_duration),
            max_recursion_depth: MAX_RECURSION_DEPTH,
            ..ResourceLimits::default()
        };
        let inputs = inputs.iter().map(to_monty).collect();
        let started = self.run.clone().start(inputs, ResourceTracker::new(limits), PrintWriter::Disabled);
        self.layout.turn(started)
    }

    /// Runs a program that makes no world call.
    pub fn run(&self, inputs: &[Value]) -> Result<Value, PyError> {
        match self.start(inputs, MAX_PURE_DURATION) {
            Turn::Done(value) => Ok(value),
            Turn::Raised(error) => Err(error),
            Turn::Call(call) => Err(PyError {
                kind: ErrorKind::World(Fault::Misuse),
                name: "TypeError".into(),
                message: format!("{}.{} cannot be called here: this code must be pure", call.object, call.method),
                frames: call.frames(),
                help: None,
            }),
        }
    }
}

impl Suspended {
    pub fn resume(self, reply: &Reply) -> Turn {
        let result: ExtFunctionResult = match reply {
            Reply::Return(value) => to_monty(value).into(),
            Reply::Raise(fault, message) => MontyException::new(exception_type(*fault), Some(message.clone())).into(),
        };
        let resumed = self.call.resume(result, PrintWriter::Disabled);
        self.layout.turn(resumed)
    }

    /// Where in the learner's code this call is, outermost frame first.
    pub fn frames(self) -> Vec<Frame> {
        let stop = MontyException::new(ExcType::KeyboardInterrupt, None);
        match self.call.abort(stop, PrintWriter::Disabled) {
            Err(exception) => self.layout.frames(&exception),
            Ok(_) => Vec::new(),
        }
    }
}

impl Layout {
    /// Serves what needs no world (name look-ups, pure functions) until the program calls the world or ends.
    fn turn(&self, mut progress: Result<RunProgress, MontyException>) -> Turn {
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

    fn frames(&self, exception: &MontyException) -> Vec<Frame> {
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
        let line = line.checked_sub(self.prelude_lines + 1)? as usize;
        let line = if self.lines.is_empty() { line } else { *self.lines.get(line)? as usize };
        let start = *self.line_starts.get(line)?;
        let end = self.line_starts.get(line + 1).map_or(self.code.len(), |next| next - 1);
        let text = self.code.get(start..end)?;
        let column = (column.max(1) - 1) as usize;
        Some(start + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at))
    }

    fn error(&self, exception: &MontyException) -> PyError {
        let mut message = exception.message().unwrap_or_default().to_owned();
        let mut frames = self.frames(exception);
        let raised: &'static str = exception.exc_type().into();
        let own = self.renamed.iter().filter(|_| !is_the_interpreters(&message)).find(|(stands, _)| *stands == raised);
        let (kind, name) = match exception.exc_type() {
            _ if own.is_some() => (ErrorKind::Exception, own.map_or_else(String::new, |(_, name)| name.clone())),
            ExcType::TimeoutError if message.starts_with("time limit exceeded") => {
                message = "this code does not come to an end".to_owned();
                frames.extend(self.first_loop());
                (ErrorKind::Limit, "TimeLimit".to_owned())
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

/// An author's text as a Python f-string: braces hold Python, everything else stands for itself.
pub fn f_string(text: &str) -> String {
    let mut text = text.trim_end().replace('\\', "\\\\").replace("\"\"\"", "'''");
    // A quote before the closing ones would end the string early.
    if text.ends_with('"') {
        text.pop();
        text.push_str("{'\"'}");
    }
    format!("f\"\"\"{text}\"\"\"")
}

/// Runs Python of an exercise's author with the given names bound; the value of its last expression.
pub fn evaluate_program(program: &str, inputs: &[(&str, Value)]) -> Result<Value, PyError> {
    let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
    let values: Vec<Value> = inputs.iter().map(|(_, value)| value.clone()).collect();
    Program::compile(pure::PRELUDE, "", program, &names)?.run(&values)
}

/// Runs the learner's code without a world, then `epilogue`, with the given names bound; the value of its last expression.
pub fn run_pure(code: &str, epilogue: &str, inputs: &[(&str, Value)]) -> Result<Value, PyError> {
    let prelude = format!("{}{}", super::errors::PRELUDE, pure::PRELUDE);
    let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
    let values: Vec<Value> = inputs.iter().map(|(_, value)| value.clone()).collect();
    Program::compile(&prelude, code, epilogue, &names)?.run(&values)
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
