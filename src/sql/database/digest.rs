//! A database's contents as one number.

use std::sync::atomic::Ordering;

use rusqlite::types::ValueRef;

use super::Database;
use crate::sql::functions;

impl Database {
    /// A hash of everything in the database: the same for the same rows, in whatever order they came.
    pub fn digest(&mut self) -> u128 {
        if let Some(known) = self.digest {
            return known;
        }
        let mut whole = Hash::new();
        for sql in &self.tables {
            self.looks.store(0, Ordering::Relaxed);
            whole.number(self.table_digest(sql).unwrap_or(0));
        }
        functions::with(&self.state, |state| {
            for sequence in &state.sequences {
                whole.bytes(&sequence.to_le_bytes());
            }
            whole.bytes(&state.uuids.to_le_bytes());
            whole.bytes(&state.randoms.to_le_bytes());
        });
        let digest = whole.finish();
        self.digest = Some(digest);
        digest
    }

    fn table_digest(&self, sql: &str) -> rusqlite::Result<u128> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        let mut sum = 0u128;
        let mut count = 0u128;
        while let Some(row) = rows.next()? {
            let mut hash = Hash::new();
            for at in 0..width {
                match row.get_ref(at)? {
                    ValueRef::Null => hash.bytes(&[0]),
                    ValueRef::Integer(i) => {
                        hash.bytes(&[1]);
                        hash.bytes(&i.to_le_bytes());
                    }
                    ValueRef::Real(r) => {
                        hash.bytes(&[2]);
                        hash.bytes(&r.to_bits().to_le_bytes());
                    }
                    ValueRef::Text(text) => {
                        hash.bytes(&[3]);
                        hash.bytes(&text.len().to_le_bytes());
                        hash.bytes(text);
                    }
                    ValueRef::Blob(bytes) => {
                        hash.bytes(&[4]);
                        hash.bytes(&bytes.len().to_le_bytes());
                        hash.bytes(bytes);
                    }
                }
            }
            sum = sum.wrapping_add(hash.finish());
            count += 1;
        }
        let mut hash = Hash::new();
        hash.number(sum);
        hash.number(count);
        Ok(hash.finish())
    }
}

/// A multiplicative hash of 128 bits that takes sixteen bytes at a time, stirred at the end so that sums of hashes stay apart.
/// Parts are told apart by their lengths, which whoever hashes a text puts before it.
struct Hash(u128);

impl Hash {
    fn new() -> Self {
        Hash(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(16) {
            let mut word = [0; 16];
            word[..part.len()].copy_from_slice(part);
            // High bits of a product depend on all bits below; turning it lets them reach the low ones.
            let product = (self.0 ^ u128::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            self.0 = product.rotate_left(64);
        }
    }

    fn number(&mut self, number: u128) {
        self.bytes(&number.to_le_bytes());
    }

    fn finish(self) -> u128 {
        let mut x = self.0;
        x ^= x >> 67;
        x = x.wrapping_mul(0xfc0f_6c2b_9a3d_7e15_d6e8_feb8_6659_fd93);
        x ^= x >> 61;
        x = x.wrapping_mul(0xa076_1d64_78bd_642f_e703_7ed1_a0b4_28db);
        x ^ (x >> 64)
    }
}
