//! Modules the interpreter lacks, as small classes that call the world. Each is defined only where code imports it.

mod language;
mod library;
mod world;

pub use language::{BITS, FLAT, NOW, PERCENT, SAME, TEXT};
use library::{
    ABC, ASYNCIO, BISECT, CACHE, COPY, ENUM, HASHLIB, HEAPQ, HMAC, LOGGING, OPERATOR, STATISTICS, STRING, THREADING,
    WRAPS, ZLIB,
};
pub use world::fill;
use world::{RANDOM, SECRETS, TIME, UUID};

/// `None` when the module is not ours to stand in for.
pub fn shim(module: &str) -> Option<&'static str> {
    Some(match module {
        "time" => TIME,
        "random" => RANDOM,
        "uuid" => UUID,
        "secrets" => SECRETS,
        "hashlib" => HASHLIB,
        "hmac" => HMAC,
        "zlib" => ZLIB,
        "logging" => LOGGING,
        "heapq" => HEAPQ,
        "bisect" => BISECT,
        "string" => STRING,
        "enum" => ENUM,
        "abc" => ABC,
        "operator" => OPERATOR,
        "statistics" => STATISTICS,
        "copy" => COPY,
        "asyncio" => ASYNCIO,
        "threading" => THREADING,
        _ => return None,
    })
}

/// Shims a shim needs before it.
pub fn needs(module: &str) -> &'static [&'static str] {
    match module {
        "hmac" => &["hashlib"],
        _ => &[],
    }
}

/// Single names of modules the interpreter has, that it lacks.
pub fn extra(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => ("dict", ""),
        ("functools", "lru_cache") => ("_belt_lru_cache", CACHE),
        ("functools", "cache") => ("_belt_cache", CACHE),
        ("functools", "wraps") => ("_belt_wraps", WRAPS),
        ("typing", name) if !TYPING.contains(&name) && !matches!(name, "NamedTuple" | "TypedDict") => ("None", ""),
        _ => return None,
    })
}

/// What the interpreter's `typing` has; other hints are `None`, which no annotation minds.
const TYPING: [&str; 24] = [
    "Any",
    "Optional",
    "Union",
    "List",
    "Dict",
    "Tuple",
    "Set",
    "FrozenSet",
    "Callable",
    "Type",
    "Sequence",
    "Mapping",
    "Iterable",
    "Iterator",
    "Generator",
    "ClassVar",
    "Final",
    "Literal",
    "TypeVar",
    "Generic",
    "Annotated",
    "Self",
    "TYPE_CHECKING",
    "NoReturn",
];
