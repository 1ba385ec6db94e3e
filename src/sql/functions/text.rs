//! Functions of text and bytes under the names PostgreSQL and MySQL have for them.

use md5::Md5;
use rusqlite::Result;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::{Entry, MYSQL, POSTGRES, refused};

/// The argument as text; `None` for null.
pub(super) fn string(ctx: &Context<'_>, at: usize) -> Option<String> {
    match ctx.get_raw(at) {
        ValueRef::Null => None,
        ValueRef::Integer(i) => Some(i.to_string()),
        ValueRef::Real(r) => Some(r.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn bytes(ctx: &Context<'_>, at: usize) -> Option<Vec<u8>> {
    match ctx.get_raw(at) {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(bytes.to_vec()),
        _ => string(ctx, at).map(String::into_bytes),
    }
}

pub(super) fn integer(ctx: &Context<'_>, at: usize) -> Option<i64> {
    match ctx.get_raw(at) {
        ValueRef::Integer(i) => Some(i),
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and lengths are bounded where they are used")]
        ValueRef::Real(r) => Some(r.round() as i64),
        ValueRef::Text(_) => string(ctx, at)?.trim().parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a field of a time")]
pub(super) fn as_real(number: i64) -> f64 {
    number as f64
}

pub(super) fn text_or_null(text: Option<String>) -> Result<Sqlite> {
    Ok(text.map_or(Sqlite::Null, Sqlite::Text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pair = |pair: &[u32]| u8::try_from(pair.first()? * 16 + pair.get(1)?).ok();
    digits.chunks(2).map(pair).collect()
}

fn hash(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match name.to_ascii_lowercase().as_str() {
        "md5" => Md5::digest(bytes).to_vec(),
        "sha1" => Sha1::digest(bytes).to_vec(),
        "sha224" => Sha224::digest(bytes).to_vec(),
        "sha256" => Sha256::digest(bytes).to_vec(),
        "sha384" => Sha384::digest(bytes).to_vec(),
        "sha512" => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// The hash of the first argument as hexadecimal text.
fn hash_text(ctx: &Context<'_>, name: &str) -> Result<Sqlite> {
    text_or_null(bytes(ctx, 0).and_then(|bytes| hash(name, &bytes)).map(|hash| hex(&hash)))
}

fn hash_bytes(ctx: &Context<'_>, name: &str) -> Result<Sqlite> {
    Ok(bytes(ctx, 0).and_then(|bytes| hash(name, &bytes)).map_or(Sqlite::Null, Sqlite::Blob))
}

fn digest(ctx: &Context<'_>) -> Result<Sqlite> {
    match (bytes(ctx, 0), string(ctx, 1)) {
        (Some(bytes), Some(name)) => {
            hash(&name, &bytes).map(Sqlite::Blob).ok_or_else(|| refused("a hash belt can make", ctx.get_raw(1)))
        }
        _ => Ok(Sqlite::Null),
    }
}

fn encode(ctx: &Context<'_>) -> Result<Sqlite> {
    match (bytes(ctx, 0), string(ctx, 1).map(|form| form.to_ascii_lowercase())) {
        (Some(bytes), Some(form)) if form == "hex" => Ok(Sqlite::Text(hex(&bytes))),
        (Some(bytes), Some(form)) if form == "escape" => Ok(Sqlite::Text(String::from_utf8_lossy(&bytes).into_owned())),
        (Some(_), Some(_)) => Err(refused("a form belt can write bytes in: use 'hex'", ctx.get_raw(1))),
        _ => Ok(Sqlite::Null),
    }
}

fn decode(ctx: &Context<'_>) -> Result<Sqlite> {
    match (string(ctx, 0), string(ctx, 1).map(|form| form.to_ascii_lowercase())) {
        (Some(text), Some(form)) if form == "hex" => {
            unhex(&text).map(Sqlite::Blob).ok_or_else(|| refused("hexadecimal", ctx.get_raw(0)))
        }
        (Some(text), Some(form)) if form == "escape" => Ok(Sqlite::Blob(text.into_bytes())),
        (Some(_), Some(_)) => Err(refused("a form belt can read bytes in: use 'hex'", ctx.get_raw(1))),
        _ => Ok(Sqlite::Null),
    }
}

/// A number that stands for a text, the same on every machine.
fn number_of(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// The first or last characters; a negative length leaves that many out, as PostgreSQL does.
fn end(ctx: &Context<'_>, first: bool) -> Result<Sqlite> {
    let (Some(text), Some(wanted)) = (string(ctx, 0), integer(ctx, 1)) else {
        return Ok(Sqlite::Null);
    };
    let length = text.chars().count();
    let wanted = match usize::try_from(wanted) {
        Ok(wanted) => wanted.min(length),
        Err(_) => length.saturating_sub(usize::try_from(wanted.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let text = if first { text.chars().take(wanted).collect() } else { text.chars().skip(length - wanted).collect() };
    Ok(Sqlite::Text(text))
}

fn pad(ctx: &Context<'_>, left: bool) -> Result<Sqlite> {
    let fill = if ctx.len() > 2 { string(ctx, 2) } else { Some(" ".to_string()) };
    let (Some(text), Some(wanted), Some(fill)) = (string(ctx, 0), integer(ctx, 1), fill) else {
        return Ok(Sqlite::Null);
    };
    let wanted = usize::try_from(wanted).unwrap_or(0).min(100_000);
    let length = text.chars().count();
    if length >= wanted || fill.is_empty() {
        return Ok(Sqlite::Text(text.chars().take(wanted).collect()));
    }
    let fill: String = fill.chars().cycle().take(wanted - length).collect();
    Ok(Sqlite::Text(if left { fill + &text } else { text + &fill }))
}

fn split_part(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(text), Some(by), Some(at)) = (string(ctx, 0), string(ctx, 1), integer(ctx, 2)) else {
        return Ok(Sqlite::Null);
    };
    let parts: Vec<&str> = if by.is_empty() { vec![&text] } else { text.split(by.as_str()).collect() };
    let at = match usize::try_from(at) {
        Ok(at) => at.checked_sub(1),
        Err(_) => parts.len().checked_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    Ok(Sqlite::Text(at.and_then(|at| parts.get(at)).map_or(String::new(), ToString::to_string)))
}

fn substring_index(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(text), Some(by), Some(count)) = (string(ctx, 0), string(ctx, 1), integer(ctx, 2)) else {
        return Ok(Sqlite::Null);
    };
    if by.is_empty() || count == 0 {
        return Ok(Sqlite::Text(String::new()));
    }
    let parts: Vec<&str> = text.split(by.as_str()).collect();
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    let kept = if count > 0 { &parts[..wanted] } else { &parts[parts.len() - wanted..] };
    Ok(Sqlite::Text(kept.join(&by)))
}

fn capitals(text: &str) -> String {
    let mut inside = false;
    let letter = |c: char| {
        let out = if inside { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
        inside = c.is_alphanumeric();
        out
    };
    text.chars().map(letter).collect()
}

fn translate(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(text), Some(from), Some(to)) = (string(ctx, 0), string(ctx, 1), string(ctx, 2)) else {
        return Ok(Sqlite::Null);
    };
    let to: Vec<char> = to.chars().collect();
    let letter = |c: char| match from.chars().position(|known| known == c) {
        Some(at) => to.get(at).copied(),
        None => Some(c),
    };
    Ok(Sqlite::Text(text.chars().filter_map(letter).collect()))
}

/// Where the needle stands, from 1; 0 where it does not.
fn place(haystack: Option<String>, needle: Option<String>, any_case: bool) -> Result<Sqlite> {
    let (Some(mut haystack), Some(mut needle)) = (haystack, needle) else {
        return Ok(Sqlite::Null);
    };
    if any_case {
        (haystack, needle) = (haystack.to_lowercase(), needle.to_lowercase());
    }
    let at = haystack.find(&needle).map_or(0, |at| haystack[..at].chars().count() + 1);
    Ok(Sqlite::Integer(i64::try_from(at).unwrap_or(0)))
}

fn same_place(ctx: &Context<'_>, values: impl Iterator<Item = Option<String>>) -> Result<Sqlite> {
    let Some(wanted) = string(ctx, 0).map(|text| text.to_lowercase()) else {
        return Ok(Sqlite::Integer(0));
    };
    let at =
        values.map(|value| value.map(|value| value.to_lowercase())).position(|value| value.as_ref() == Some(&wanted));
    Ok(Sqlite::Integer(at.and_then(|at| i64::try_from(at + 1).ok()).unwrap_or(0)))
}

fn mysql_concat(ctx: &Context<'_>) -> Result<Sqlite> {
    text_or_null((0..ctx.len()).map(|at| string(ctx, at)).collect())
}

fn uuid_to_bin(ctx: &Context<'_>) -> Result<Sqlite> {
    let Some(text) = string(ctx, 0) else {
        return Ok(Sqlite::Null);
    };
    let bytes = unhex(&text.replace('-', "")).filter(|bytes| bytes.len() == 16);
    bytes.map(Sqlite::Blob).ok_or_else(|| refused("a uuid", ctx.get_raw(0)))
}

fn bin_to_uuid(ctx: &Context<'_>) -> Result<Sqlite> {
    match ctx.get_raw(0) {
        ValueRef::Null => Ok(Sqlite::Null),
        ValueRef::Blob(bytes) if bytes.len() == 16 => Ok(Sqlite::Text(super::hyphenated(&hex(bytes)))),
        other => Err(refused("a uuid of 16 bytes", other)),
    }
}

const BOTH: u8 = POSTGRES | MYSQL;

#[expect(clippy::cast_possible_wrap, reason = "hashes are numbers of a width, whatever their sign")]
#[expect(clippy::cast_possible_truncation, reason = "hashes are numbers of a width, whatever their sign")]
pub(super) const TEXT: &[Entry] = &[
    ("md5", 1, BOTH, |ctx| hash_text(ctx, "md5")),
    ("sha1", 1, MYSQL, |ctx| hash_text(ctx, "sha1")),
    ("sha", 1, MYSQL, |ctx| hash_text(ctx, "sha1")),
    ("sha2", 2, MYSQL, |ctx| match integer(ctx, 1) {
        Some(bits @ (224 | 256 | 384 | 512)) => hash_text(ctx, &format!("sha{bits}")),
        Some(0) => hash_text(ctx, "sha256"),
        _ => Ok(Sqlite::Null),
    }),
    ("sha256", 1, POSTGRES, |ctx| hash_bytes(ctx, "sha256")),
    ("sha512", 1, POSTGRES, |ctx| hash_bytes(ctx, "sha512")),
    ("digest", 2, POSTGRES, digest),
    ("encode", 2, POSTGRES, encode),
    ("decode", 2, POSTGRES, decode),
    ("crc32", 1, MYSQL, |ctx| {
        Ok(bytes(ctx, 0).map_or(Sqlite::Null, |bytes| Sqlite::Integer(i64::from(crc32fast::hash(&bytes)))))
    }),
    ("hashtext", 1, POSTGRES, |ctx| {
        Ok(string(ctx, 0).map_or(Sqlite::Null, |text| Sqlite::Integer(i64::from(number_of(&text) as i32))))
    }),
    ("hashtextextended", 2, POSTGRES, |ctx| {
        let seed = integer(ctx, 1).unwrap_or(0);
        Ok(string(ctx, 0).map_or(Sqlite::Null, |text| Sqlite::Integer(number_of(&format!("{seed}:{text}")) as i64)))
    }),
    // The engine's own know the letters of English only.
    ("lower", 1, BOTH, |ctx| text_or_null(string(ctx, 0).map(|text| text.to_lowercase()))),
    ("upper", 1, BOTH, |ctx| text_or_null(string(ctx, 0).map(|text| text.to_uppercase()))),
    ("left", 2, BOTH, |ctx| end(ctx, true)),
    ("right", 2, BOTH, |ctx| end(ctx, false)),
    ("lpad", -1, BOTH, |ctx| pad(ctx, true)),
    ("rpad", -1, BOTH, |ctx| pad(ctx, false)),
    ("split_part", 3, POSTGRES, split_part),
    ("substring_index", 3, MYSQL, substring_index),
    ("reverse", 1, BOTH, |ctx| text_or_null(string(ctx, 0).map(|text| text.chars().rev().collect()))),
    ("repeat", 2, BOTH, |ctx| {
        let count = integer(ctx, 1).map(|count| usize::try_from(count).unwrap_or(0).min(100_000));
        text_or_null(string(ctx, 0).zip(count).map(|(text, count)| text.repeat(count)))
    }),
    ("initcap", 1, POSTGRES, |ctx| text_or_null(string(ctx, 0).map(|text| capitals(&text)))),
    ("translate", 3, POSTGRES, translate),
    ("strpos", 2, POSTGRES, |ctx| place(string(ctx, 0), string(ctx, 1), false)),
    ("locate", 2, MYSQL, |ctx| place(string(ctx, 1), string(ctx, 0), true)),
    ("field", -1, MYSQL, |ctx| same_place(ctx, (1..ctx.len()).map(|at| string(ctx, at)))),
    ("find_in_set", 2, MYSQL, |ctx| {
        let set = string(ctx, 1).unwrap_or_default();
        same_place(ctx, set.split(',').map(|item| Some(item.to_string())))
    }),
    ("belt_concat", -1, MYSQL, mysql_concat),
    ("to_hex", 1, POSTGRES, |ctx| text_or_null(integer(ctx, 0).map(|number| format!("{number:x}")))),
    ("uuid_to_bin", 1, MYSQL, uuid_to_bin),
    ("bin_to_uuid", 1, MYSQL, bin_to_uuid),
];
