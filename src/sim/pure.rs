//! Functions without effects that pseudocode may call: hashes and logarithms under their usual names.

use sha2::{Digest, Sha256};

use super::value::Value;

/// What the prelude defines for them.
pub const PRELUDE: &str = "\
import math
import json
def _belt_sha256(text):
    return _belt_call('', 'sha256', [text])
def _belt_crc32(text):
    return _belt_call('', 'crc32', [text])
def sha256(text):
    return _belt_sha256(text)
def crc32(text):
    return _belt_crc32(text)
def murmur2(text):
    return _belt_call('', 'murmur2', [text])
def md5(text):
    return _belt_call('', 'sha256', [text])[:32]
def log(*values):
    return None
";

/// Signatures and meanings, for `belt api`.
pub const API: [(&str, &str); 4] = [
    ("sha256(text) -> str", "SHA-256 as 64 hexadecimal digits"),
    ("crc32(text) -> int", "CRC-32 (IEEE), 0 to 2**32 - 1"),
    ("murmur2(text) -> int", "MurmurHash2, 32 bits, the hash Kafka's default partitioner uses, 0 to 2**31 - 1"),
    ("log(*values)", "does nothing, in no time"),
];

pub fn call(name: &str, args: &[Value]) -> Result<Value, String> {
    let bytes: Vec<u8> = match args.first() {
        Some(Value::Str(text)) => text.as_bytes().to_vec(),
        Some(Value::Bytes(bytes)) => bytes.clone(),
        Some(other) => return Err(format!("{name}() takes text, not {other}; write {name}(str(...))")),
        None => return Err(format!("{name}() takes one text")),
    };
    match name {
        "sha256" => Ok(Value::Str(Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect())),
        "crc32" => Ok(Value::Int(i64::from(crc32(&bytes)))),
        "murmur2" => Ok(Value::Int(i64::from(murmur2(&bytes) & 0x7fff_ffff))),
        _ => Err(format!("there is no function {name}")),
    }
}

/// CRC-32 as in IEEE 802.3 (reflected polynomial 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// MurmurHash2 (32 bits) with the seed Kafka's clients use.
fn murmur2(bytes: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c_u32 ^ bytes.len() as u32;
    let mut chunks = bytes.chunks_exact(4);
    for chunk in &mut chunks {
        let mut k = chunk.iter().rev().fold(0_u32, |k, byte| k << 8 | u32::from(*byte)).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0_u32, |k, byte| k << 8 | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_agree_with_published_vectors() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        // From Kafka's own tests (org.apache.kafka.common.utils.UtilsTest).
        assert_eq!(murmur2(b"21") as i32, -973_932_308);
        assert_eq!(murmur2(b"foobar") as i32, -790_332_482);
        assert_eq!(murmur2(b"a-little-bit-long-string") as i32, -985_981_536);
        let abc = call("sha256", &[Value::str("abc")]).expect("text is hashed");
        assert!(abc.as_str().is_some_and(|hex| hex.starts_with("ba7816bf8f01cfea")));
    }
}
