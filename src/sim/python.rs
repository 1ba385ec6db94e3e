//! The one place that names the interpreter: programs, their suspensions, and their errors in the learner's terms.
//!
//! A program is three texts end to end: a prelude (the world's objects as Python sees them), the learner's code, and an
//! epilogue (what to run). Positions are given in the learner's code only; frames elsewhere are left out. Every call that
//! leaves the code goes through one host function, [`HOST_CALL`], as `(object, method, arguments)`.

mod exchange;
mod layout;
mod needed;

use std::borrow::Borrow;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ThreadTime;
use monty::{Dump, FunctionCall, MontyRun, RunProgress, Session, SessionRef};
use monty_types::{
    CompileOptions, ExcType, ExtFunctionResult, MontyException, PrintWriter, ResourceLimits, ResourceTracker,
};

use exchange::{exception_type, from_monty, to_monty};
use layout::{Layout, Text};

use super::dialect::{self, Adapted};
use super::errors::Fault;
use super::pure;
use super::value::Value;
use crate::recent::Recent;

/// The host function every world call goes through.
pub const HOST_CALL: &str = "_belt_call";

/// What the interpreter calls the program.
const FILE_NAME: &str = "design.py";
/// Processor time that code without a world may use.
const MAX_PURE_DURATION: Duration = Duration::from_secs(4);
/// The name of the error that stands for a time limit.
const TIME_LIMIT: &str = "TimeLimit";
/// Programs that are remembered, some 50 KiB each.
const REMEMBERED: usize = 128;
const MAX_RECURSION_DEPTH: usize = 900;

/// A compiled program.
#[derive(Debug, Clone)]
pub struct Program {
    run: MontyRun,
    layout: Layout,
    /// Whether it may call out: one that cannot runs without being copied first.
    hosted: bool,
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
    ///
    /// Scenarios of one exercise ask for the same programs again and again, so the last ones are remembered.
    pub fn compile(prelude: &str, code: &str, epilogue: &str, inputs: &[&str]) -> Result<Program, PyError> {
        thread_local! {
            static KNOWN: RefCell<Recent<Result<Program, PyError>>> = RefCell::default();
        }
        let texts: Vec<&str> = [prelude, code, epilogue].into_iter().chain(inputs.iter().copied()).collect();
        Recent::or_make(&KNOWN, REMEMBERED, &texts, || Self::compile_anew(prelude, code, epilogue, inputs))
    }

    fn compile_anew(prelude: &str, code: &str, epilogue: &str, inputs: &[&str]) -> Result<Program, PyError> {
        if let Some((message, at)) = dialect::too_much(code) {
            let frames = vec![Frame { function: String::new(), range: at..at }];
            return Err(PyError { kind: ErrorKind::Syntax, name: "SyntaxError".into(), message, frames, help: None });
        }
        let adapted = adapted(code, prelude);
        let mut definitions = prelude.to_owned();
        if !prelude.is_empty() && !prelude.ends_with('\n') {
            definitions.push('\n');
        }
        definitions.push_str(&adapted.shims);
        let named = dialect::with_names(epilogue, &adapted.renamed);
        let epilogue = match &named {
            Some((epilogue, names)) => {
                definitions.push_str(names);
                epilogue
            }
            None => epilogue,
        };
        let compared = dialect::with_sets(epilogue, &adapted.shims);
        let epilogue = match &compared {
            Some((epilogue, operators)) => {
                definitions.push_str(operators);
                epilogue
            }
            None => epilogue,
        };
        let (mut source, epilogue) = needed::needed(&definitions, &adapted.code, epilogue);
        let prelude_lines = source.matches('\n').count() as u32;
        source.push_str(&adapted.code);
        source.push('\n');
        source.push_str(&epilogue);
        let hosted = source.contains(HOST_CALL);
        let mut line_starts = vec![0];
        line_starts.extend(code.match_indices('\n').map(|(at, _)| at + 1));
        let (renamed, lines) = (adapted.renamed.clone(), adapted.lines.clone());
        let runs = if lines.is_empty() { Vec::new() } else { adapted.code.lines().map(str::to_owned).collect() };
        let code = code.to_owned();
        let text = Text { prelude: definitions, prelude_lines, code, line_starts, lines, runs, renamed };
        let layout = Layout(Arc::new(text));
        let inputs = inputs.iter().map(|name| (*name).to_owned()).collect();
        match MontyRun::new(source, FILE_NAME, inputs, CompileOptions::default()) {
            Ok(run) => Ok(Program { run, layout, hosted }),
            Err(exception) => {
                let mut error = layout.error(&exception);
                error.kind = ErrorKind::Syntax;
                Err(error)
            }
        }
    }

    /// Runs until the first world call or the end; `max_duration` is for the whole run, waiting not counted.
    pub fn start<V: Borrow<Value>>(&self, inputs: &[V], max_duration: Duration) -> Turn {
        let limits = ResourceLimits {
            max_duration: Some(max_duration),
            max_recursion_depth: MAX_RECURSION_DEPTH,
            ..ResourceLimits::default()
        };
        let given = || inputs.iter().map(|input| to_monty(input.borrow())).collect();
        if !self.hosted {
            match self.run.run(given(), ResourceTracker::new(limits.clone()), PrintWriter::Disabled) {
                Ok(value) => return Turn::Done(from_monty(value)),
                // It asked for files or the like, which a host refuses in better words.
                Err(exception) if exception.exc_type() == ExcType::NotImplementedError => {}
                Err(exception) => return Turn::Raised(self.layout.error(&exception)),
            }
        }
        let started = self.run.clone().start(given(), ResourceTracker::new(limits), PrintWriter::Disabled);
        self.layout.turn(started)
    }

    /// Runs a program that makes no world call.
    pub fn run<V: Borrow<Value>>(&self, inputs: &[V]) -> Result<Value, PyError> {
        match patiently(MAX_PURE_DURATION, |allowed| self.start(inputs, allowed)) {
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

/// The code in the interpreter's words: the same for all scenarios that run it in the same world.
fn adapted(code: &str, prelude: &str) -> Rc<Adapted> {
    thread_local! {
        static KNOWN: RefCell<Recent<Rc<Adapted>>> = RefCell::default();
    }
    Recent::or_make(&KNOWN, REMEMBERED, &[code, prelude], || Rc::new(dialect::adapt(code, prelude)))
}

/// Runs `attempt` with a time limit. The interpreter counts time on the wall, and a verdict must not depend on how busy the
/// machine is: one that met its limit with little processor time used is run again with more patience.
pub fn patiently(limit: Duration, mut attempt: impl FnMut(Duration) -> Turn) -> Turn {
    let mut allowed = limit;
    loop {
        let began = ThreadTime::now();
        let turn = attempt(allowed);
        let stopped = matches!(&turn, Turn::Raised(error) if error.name == TIME_LIMIT);
        if !stopped || began.elapsed() * 2 > limit || allowed > limit * 8 {
            return turn;
        }
        allowed *= 3;
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

    /// Where in the learner's code this call is, and the program itself to go on with. A copy is stopped, which costs as
    /// much as some thirty calls, so it is not for the search.
    pub fn located(mut self) -> Option<(Suspended, Vec<Frame>)> {
        let progress = RunProgress::FunctionCall(self.call);
        let bytes = monty::dump(FILE_NAME, None, SessionRef::Running(&progress)).ok()?;
        let Session::Running(copy) = Dump::load(&bytes).ok()?.state else { return None };
        let frames = stopped(copy.into_function_call()?, &self.layout);
        self.call = progress.into_function_call()?;
        Some((self, frames))
    }

    /// Where in the learner's code this call is, outermost frame first.
    pub fn frames(self) -> Vec<Frame> {
        stopped(self.call, &self.layout)
    }
}

/// The frames a program is in when it is stopped at a call.
fn stopped(call: FunctionCall, layout: &Layout) -> Vec<Frame> {
    let stop = MontyException::new(ExcType::KeyboardInterrupt, None);
    match call.abort(stop, PrintWriter::Disabled) {
        Err(exception) => layout.frames(&exception),
        Ok(_) => Vec::new(),
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
