//! Modules the interpreter lacks, as small classes that call the world. Each is defined only where code imports it.

mod language;
mod library;
mod tools;
mod world;

pub use language::{BITS, FLAT, MEMBER, NOW, PERCENT, TEXT};
use library::{ABC, BISECT, COPY, ENUM, HASHLIB, HEAPQ, HMAC, HTTP, QUEUE, STRING, TEXTWRAP, TYPES, ZLIB};
use tools::{CACHE, CONTEXTLIB, CONTEXTVARS, OPERATOR};
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
        "logging" => include_str!("modules/logging.py"),
        "heapq" => HEAPQ,
        "bisect" => BISECT,
        "string" => STRING,
        "enum" => ENUM,
        "abc" => ABC,
        "operator" => OPERATOR,
        "statistics" => include_str!("modules/statistics.py"),
        "copy" => COPY,
        "asyncio" => include_str!("modules/asyncio.py"),
        "threading" => include_str!("modules/threads.py"),
        "contextlib" => CONTEXTLIB,
        "types" => TYPES,
        "textwrap" => TEXTWRAP,
        "http" => HTTP,
        "queue" => QUEUE,
        "contextvars" => CONTEXTVARS,
        "concurrent.futures" => include_str!("modules/futures.py"),
        "graphlib" => include_str!("modules/graphlib.py"),
        "numbers" => include_str!("modules/numbers.py"),
        "os" => include_str!("modules/os.py"),
        "pprint" => include_str!("modules/pprint.py"),
        "struct" => include_str!("modules/struct.py"),
        "traceback" => include_str!("modules/traceback.py"),
        "urllib.parse" => include_str!("modules/urls.py"),
        "warnings" => include_str!("modules/warnings.py"),
        "weakref" => include_str!("modules/weakref.py"),
        // Defined by `desugar`, with the operators.
        "decimal" => "",
        _ => return None,
    })
}

/// Shims a shim needs before it.
pub fn needs(module: &str) -> &'static [&'static str] {
    match module {
        "hmac" => &["hashlib"],
        "asyncio" => &["threading", "queue"],
        _ => &[],
    }
}

/// Single names of modules the interpreter has, that it lacks: what stands for each, and a shim for it. Without a shim it is
/// defined by `desugar`, which sees what it is used for.
pub fn extra(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => ("dict", ""),
        ("collections", "UserDict") => ("_belt_base_userdict", ""),
        ("collections", "UserList") => ("_belt_base_list", ""),
        ("collections", "ChainMap") => ("_belt_chain_map", ""),
        ("dataclasses", "field" | "InitVar" | "KW_ONLY") => ("None", ""),
        ("dataclasses", "fields") => ("_belt_fields_of", ""),
        ("collections.abc" | "typing_extensions", _) => ("None", ""),
        ("dataclasses", "asdict") => ("_belt_asdict", ""),
        ("dataclasses", "astuple") => ("_belt_astuple", ""),
        ("dataclasses", "replace") => ("_belt_replace", ""),
        ("itertools", "groupby") => ("_belt_groupby", ""),
        ("itertools", "product") => ("_belt_product", ""),
        ("itertools", "permutations") => ("_belt_permutations", ""),
        ("itertools", "combinations") => ("_belt_combinations", ""),
        ("itertools", "starmap") => ("_belt_starmap", ""),
        ("itertools", "tee") => ("_belt_tee", ""),
        ("math", "prod") => ("_belt_prod", ""),
        ("functools", "reduce") => ("_belt_reduce", ""),
        ("functools", "cmp_to_key") => ("_belt_cmp_to_key", ""),
        ("functools", "cached_property" | "total_ordering") => ("None", ""),
        ("functools", "singledispatch") => ("_belt_dispatcher", ""),
        ("functools", "lru_cache") => ("_belt_lru_cache", CACHE),
        ("functools", "cache") => ("_belt_cache", CACHE),
        ("functools", "partialmethod") => ("_belt_partialmethod", ""),
        ("functools", "update_wrapper") => ("_belt_update_wrapper", ""),
        ("functools", "wraps") => ("_belt_wraps", ""),
        ("typing", name) if !TYPING.contains(&name) => ("None", ""),
        _ => return None,
    })
}

/// What the interpreter's `typing` has; other hints are `None`, which no annotation minds.
const TYPING: [&str; 23] = [
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
    "Generic",
    "Annotated",
    "Self",
    "TYPE_CHECKING",
    "NoReturn",
];
