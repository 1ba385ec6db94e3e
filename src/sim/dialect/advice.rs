//! What to write instead, for errors whose own message does not say it.

use crate::submission::nearest;

/// The program an error came from.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// What stands before the learner's code: the world's objects as classes.
    pub prelude: &'a str,
    pub code: &'a str,
    /// Where in the code the error is.
    pub at: Option<usize>,
}

/// Names of Python's own that may be meant.
const BUILT_IN: [&str; 38] = [
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "getattr",
    "hasattr",
    "hash",
    "int",
    "isinstance",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "ord",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
    "True",
    "None",
];

/// Advice for an error, if there is any to give.
pub fn help(name: &str, message: &str, setting: &Setting) -> Option<String> {
    if message.contains("invalid unpacking target") {
        return Some("assign to one place at a time".to_owned());
    }
    if message.contains("mutable default") || message.contains("__post_init__") {
        return Some("write __init__ in a plain class: field() and __post_init__ are not there".to_owned());
    }
    if name == "NameError" && message.contains("'format'") {
        return Some("write f\"{value:.2f}\" or \"{:.2f}\".format(value)".to_owned());
    }
    if message.contains("function too large") {
        return Some("split this function into smaller ones".to_owned());
    }
    if message.contains("class inheritance") {
        return Some(inheritance(setting));
    }
    if let Some(advice) = lacking(message) {
        return Some(advice.to_owned());
    }
    match name {
        "ModuleNotFoundError" | "ImportError" | "Rejected"
            if message.contains("No module named") || name == "ImportError" =>
        {
            Some(module(message, setting.prelude))
        }
        "NameError" => undefined(quoted(message)?, setting),
        "AttributeError" => attribute(message, setting),
        "TypeError" => arguments(message, setting),
        "SyntaxError" | "IndentationError" => syntax(setting),
        _ => None,
    }
}

fn lacking(message: &str) -> Option<&'static str> {
    const ADVICE: [(&str, &str); 15] = [
        ("yield", "write yield on a line of its own, or name = yield ..., outside finally"),
        ("match statements", "use if / elif; match works here with plain values and _ only"),
        ("'del' statement", "use .pop(key) for a dict or a list instead of del"),
        ("method decorators", "use plain methods, called with ()"),
        ("async for", "write a plain for loop"),
        ("async context managers", "write a plain with"),
        ("exception groups", "write a plain except"),
        ("type aliases", "leave the alias out; hints have no effect here"),
        ("complex class variable targets", "set one name at a time in a class body"),
        ("class bodies containing", "keep to methods and name = value in a class body"),
        ("Wildcard imports", "import the names you use; the exercise's objects need no import"),
        ("multiple **kwargs", "merge the dicts first"),
        ("complex constants", "use plain numbers"),
        ("async code cannot be run", "write plain functions: every call of the exercise's objects waits by itself"),
        ("slice", "build a new list: items = items[:a] + items[b:]"),
    ];
    let ours =
        message.contains("does not yet support") || message.contains("not supported") || message.contains("async code");
    let slice = message.contains("must be integers or slices, not slice");
    ADVICE
        .iter()
        .find(|(part, _)| message.contains(part) && (if *part == "slice" { slice } else { ours }))
        .map(|(_, advice)| *advice)
}

/// What to write instead of the class in this line.
fn inheritance(setting: &Setting) -> String {
    let at = setting.at.unwrap_or_default();
    let line = setting.code.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let bases = line.split_once('(').map_or("", |(_, bases)| bases);
    let derives =
        |names: &[&str]| names.iter().any(|name| bases.split([',', ')', '[']).any(|base| base.trim() == *name));
    if derives(&["type"]) {
        "write a decorator, or __init_subclass__ in a base class, instead of a metaclass".to_owned()
    } else if derives(&["str", "int", "float", "bytes"]) {
        "a class of a text or a number may have methods of its own names here, but none such as __str__ or __new__: \
         write a class with a field that holds it"
            .to_owned()
    } else if derives(&["tuple", "frozenset"]) {
        "write class Name(NamedTuple), or @dataclass(frozen=True)".to_owned()
    } else {
        "classes may derive from classes of this code, from dict, list, set, deque and the like, from Exception, or from \
         nothing: leave the other bases out"
            .to_owned()
    }
}

fn module(message: &str, prelude: &str) -> String {
    if let Some((_, rest)) = message.split_once("cannot import name ") {
        let name = quoted(rest).unwrap_or_default();
        return match name {
            "field" => "write __init__ in a plain class: field() is not there".to_owned(),
            "NamedTuple" | "TypedDict" | "namedtuple" => "use @dataclass, or a plain dict".to_owned(),
            _ => format!("leave {name} out, or write the few lines it saves"),
        };
    }
    let module = quoted(message).unwrap_or_default();
    let root = module.split('.').next().unwrap_or_default();
    let advice = match root {
        "multiprocessing" | "signal" | "subprocess" => {
            "the simulator runs several clients itself; write what one of them does"
        }
        "decimal" | "fractions" => "count money in whole cents, as an int",
        "contextlib" => "write try / finally",
        "socket" | "requests" | "httpx" | "aiohttp" | "urllib" => {
            "call the exercise's services: they are what the network is here"
        }
        "redis" | "psycopg2" | "psycopg" | "asyncpg" | "pymysql" | "mysql" | "sqlite3" | "sqlalchemy" | "boto3"
        | "kafka" | "confluent_kafka" | "pika" | "celery" | "stripe" | "pymongo" | "cassandra" | "flask"
        | "fastapi" | "django" | "pydantic" => "the exercise's objects need no import and no connection",
        _ => {
            "only parts of the standard library are here; time, randomness and hashes come from the exercise's objects"
        }
    };
    let objects = objects(prelude);
    if objects.is_empty() { advice.to_owned() } else { format!("{advice}; here are {}", objects.join(", ")) }
}

/// The world's objects.
pub fn objects(prelude: &str) -> Vec<&str> {
    let names = prelude.lines().filter_map(|line| {
        let (name, value) = line.split_once(" = _belt_")?;
        (value == format!("{name}()")).then_some(name)
    });
    names.filter(|name| !name.starts_with("_belt_")).collect()
}

/// Whether `name` is one of Python's own functions.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
}

/// Names a program's text defines.
fn defined(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("class "));
        if let Some(rest) = rest {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            names.push(&rest[..end]);
            if let Some(parameters) = rest.get(end + 1..).filter(|_| line.starts_with("def ")) {
                names.extend(parameters.split([',', ')']).filter_map(word));
            }
        } else if let Some(rest) = line.strip_prefix("for ") {
            names.extend(rest.split(" in ").next().unwrap_or_default().split(',').filter_map(word));
        } else if let Some((left, right)) = line.split_once('=')
            && !right.starts_with('=')
        {
            names.extend(left.split(',').filter_map(word));
        }
        if let Some((_, name)) = line.split_once(" as ") {
            names.extend(word(name));
        }
    }
    names.retain(|name| !name.starts_with("_belt_"));
    names
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word(text: &str) -> Option<&str> {
    let text = text.trim();
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let rest = text[end..].trim_start();
    let plain = rest.is_empty() || rest.starts_with([':', '=']);
    (end > 0 && plain && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| &text[..end])
}

/// The text between the first two single quotes.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('\'')?;
    rest.split_once('\'').map(|(inside, _)| inside)
}

fn undefined(name: &str, setting: &Setting) -> Option<String> {
    let meant = match name {
        "null" | "nil" | "NULL" | "undefined" => Some("None"),
        "true" | "TRUE" => Some("True"),
        "false" | "FALSE" => Some("False"),
        _ => None,
    };
    if let Some(meant) = meant {
        return Some(format!("Python writes {meant}"));
    }
    let module = super::modules::shim(name).is_some()
        || matches!(name, "json" | "math" | "re" | "collections" | "functools" | "itertools" | "dataclasses");
    if module {
        return Some(format!("write import {name} at the top"));
    }
    if matches!(name, "dataclass" | "Enum" | "deque" | "defaultdict" | "Optional" | "datetime") {
        let module = match name {
            "dataclass" => "dataclasses",
            "Enum" => "enum",
            "deque" | "defaultdict" => "collections",
            "Optional" => "typing",
            _ => "datetime",
        };
        return Some(format!("write from {module} import {name} at the top"));
    }
    let objects = objects(setting.prelude);
    let own = defined(setting.code);
    let world = defined(setting.prelude);
    let candidates = own.iter().chain(&objects).chain(&world).chain(&BUILT_IN).copied().filter(|near| *near != name);
    if let Some(near) = nearest(name, candidates) {
        return Some(format!("did you mean {near}?"));
    }
    if objects.is_empty() { None } else { Some(format!("the exercise's objects are {}", objects.join(", "))) }
}

/// `name(parameters)` of the methods of a class in `text`, without `self`.
fn methods(text: &str, class: &str) -> Vec<String> {
    let header = format!("class {class}:");
    let mut lines = text.lines().skip_while(|line| line.trim() != header).skip(1);
    let mut found = Vec::new();
    for line in lines.by_ref().take_while(|line| line.starts_with([' ', '\t']) || line.is_empty()) {
        let Some(rest) = line.trim().strip_prefix("def ") else { continue };
        let Some((name, parameters)) = rest.split_once('(') else { continue };
        if name.starts_with("__") {
            continue;
        }
        let parameters = parameters.trim_end_matches(':').trim_end().trim_end_matches(')');
        let parameters = parameters.strip_prefix("self").unwrap_or(parameters).trim_start_matches(',').trim();
        found.push(format!("{name}({parameters})"));
    }
    found
}

/// Objects with more methods are too much for one line.
const METHODS_SHOWN_MAX: usize = 12;

/// What people call a method elsewhere.
const SYNONYMS: [(&str, &[&str]); 8] = [
    ("query", &["all", "one"]),
    ("fetchall", &["all"]),
    ("fetch", &["all", "one"]),
    ("fetchone", &["one"]),
    ("fetchrow", &["one"]),
    ("put", &["set", "send"]),
    ("publish", &["send"]),
    ("begin", &["transaction"]),
];

fn attribute(message: &str, setting: &Setting) -> Option<String> {
    let class = quoted(message)?;
    let wanted = message.rsplit_once("attribute ").and_then(|(_, rest)| quoted(rest))?;
    if wanted == "value" && matches!(class, "str" | "int") {
        return Some("members of an Enum are their plain values here: leave out .value".to_owned());
    }
    if setting.code.contains("Exception")
        && (class.ends_with("Error") || class.ends_with("Exception") || message.contains("no __dict__"))
    {
        return Some("exceptions carry one text here: put what matters into it and read it with str(e)".to_owned());
    }
    let found = methods(setting.prelude, class);
    let (found, own) = if found.is_empty() { (methods(setting.code, class), true) } else { (found, false) };
    if found.is_empty() {
        return match class {
            "NoneType" => {
                Some("this is None: look at where the value comes from, such as a row that does not exist".to_owned())
            }
            "dict" => Some(format!("rows and records are dicts: write [\"{wanted}\"] instead of .{wanted}")),
            _ => None,
        };
    }
    let object = class.strip_prefix("_belt_m_").or_else(|| class.strip_prefix("_belt_")).unwrap_or(class);
    let names = found.iter().map(|method| method.split('(').next().unwrap_or_default());
    let synonym = SYNONYMS.iter().find(|(name, _)| *name == wanted).and_then(|(_, meant)| {
        meant.iter().find(|meant| found.iter().any(|method| method.starts_with(&format!("{meant}("))))
    });
    let near = synonym.copied().or_else(|| nearest(wanted, names));
    if found.len() > METHODS_SHOWN_MAX {
        let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
        return Some(format!("{near}`belt api` lists the {} calls of {object}", found.len()));
    }
    let list: Vec<String> =
        found.iter().map(|method| if own { method.clone() } else { format!("{object}.{method}") }).collect();
    Some(match near {
        Some(near) => format!("did you mean {near}? there are {}", list.join(", ")),
        None => format!("there are {}", list.join(", ")),
    })
}

/// Calls with the wrong arguments: the signature.
fn arguments(message: &str, setting: &Setting) -> Option<String> {
    if message.contains("catching classes that do not inherit") {
        return Some("list the exceptions in one flat tuple".to_owned());
    }
    if message.contains("'NoneType' object is not subscriptable") {
        return Some("this is None: look at where the value comes from, such as a row that does not exist".to_owned());
    }
    if message.ends_with("has no len()")
        || message.contains("object is not callable")
        || message.contains("object is not subscriptable")
    {
        let class = quoted(message).unwrap_or_default();
        let own = setting.code.contains(&format!("class {class}"));
        return own
            .then(|| "operators of your own classes are limited here: write a method and call it by name".to_owned());
    }
    let call = ["() takes ", "() missing ", "() got "].iter().find_map(|mark| message.split_once(mark))?.0;
    let function = call.rsplit('.').next().unwrap_or(call);
    let needle = format!("def {function}(");
    for (text, hidden) in [(setting.code, false), (setting.prelude, true)] {
        let mut class = None;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("class ") {
                class = name.strip_suffix(':');
            } else if !line.starts_with([' ', '\t']) {
                class = None;
            }
            let Some(rest) = line.trim_start().strip_prefix(&needle) else { continue };
            let parameters = rest.rsplit_once(')').map_or(rest, |(parameters, _)| parameters);
            let parameters = parameters.strip_prefix("self").unwrap_or(parameters).trim_start_matches(',').trim();
            let object = class
                .filter(|_| hidden)
                .and_then(|class| class.strip_prefix("_belt_"))
                .map(|o| o.trim_start_matches("m_"));
            let before = object.map_or(String::new(), |object| format!("{object}."));
            return Some(format!("it is {before}{function}({parameters})"));
        }
    }
    None
}

fn syntax(setting: &Setting) -> Option<String> {
    let at = setting.at?.min(setting.code.len());
    let start = setting.code.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = setting.code.get(start..)?.lines().next().unwrap_or_default();
    let words = line.trim();
    let mixed = setting.code.lines().any(|line| line.starts_with('\t'))
        && setting.code.lines().any(|line| line.starts_with("  "));
    if mixed {
        return Some(
            "lines begin with tabs in some places and with spaces in others: use four spaces everywhere".to_owned(),
        );
    }
    let advice = if words.starts_with("function ") || words.starts_with("func ") || words.starts_with("fn ") {
        "code fields are Python: def name(parameters):"
    } else if words.ends_with('{') || words == "}" || words.ends_with(';') && words.contains('{') {
        "code fields are Python: a colon and an indented block instead of braces"
    } else if words.starts_with("else if ") {
        "Python writes elif"
    } else if words.contains("&&") || words.contains("||") {
        "Python writes and, or, not"
    } else if ["if ", "elif ", "else", "for ", "while ", "def ", "try", "except", "with ", "class "]
        .iter()
        .any(|w| words.starts_with(w))
        && !words.ends_with(':')
        && !words.contains(": ")
    {
        "the line needs a colon at its end"
    } else if words.starts_with("const ") || words.starts_with("let ") || words.starts_with("var ") {
        "Python writes name = value"
    } else if words.starts_with("//") {
        "comments begin with #"
    } else {
        return None;
    };
    Some(advice.to_owned())
}
