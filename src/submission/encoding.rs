//! From bytes to text: UTF-8 with or without a byte-order mark, and a clear word about everything else.

use super::{Fault, Limits};

const RESAVE: &str = "save it again as UTF-8";

/// The bytes after a byte-order mark: what all spans count from.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Fault> {
    if bytes.len() > limits.max_bytes {
        return Err(Fault::new(
            0..0,
            format!("the file has {} bytes, expected at most {}", bytes.len(), limits.max_bytes),
            "remove what the exercise does not ask for",
        ));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Fault::new(0..0, "the file is UTF-16, expected UTF-8", RESAVE));
    }
    let content = without_mark(bytes);
    if let Some(at) = content.iter().position(|byte| *byte == 0) {
        let utf16 = at < 4 && content.iter().take(64).filter(|byte| **byte == 0).count() > 1;
        let message = if utf16 {
            "the file looks like UTF-16, expected UTF-8"
        } else {
            "the file holds a NUL byte, expected text"
        };
        return Err(Fault::new(at..at, message, RESAVE));
    }
    let text = std::str::from_utf8(content).map_err(|error| {
        let at = error.valid_up_to();
        // Every byte is a character in Latin-1, so that reading is always possible and mostly right.
        let byte = content.get(at).copied().unwrap_or_default();
        let guess = if byte >= 0xA0 {
            format!("the file is not UTF-8: here is the byte 0x{byte:02X}, which is `{}` in Latin-1", char::from(byte))
        } else {
            format!("the file is not UTF-8: here is the byte 0x{byte:02X}, as in Windows-1252 or a binary file")
        };
        Fault::new(at..at, guess, RESAVE)
    })?;
    if text.trim().is_empty() {
        return Err(Fault::new(
            0..0,
            "the file is empty, expected the exercise's fields",
            "start from the exercise's template: `belt new` writes it",
        ));
    }
    Ok(text)
}
