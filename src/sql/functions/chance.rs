//! Chance without chance: the n-th draw is the same on every machine.

use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Result};

use super::{Shared, hyphenated, with};

/// Most bytes of one draw.
const MAX_BYTES: i64 = 1_024;

pub(super) fn register(connection: &Connection, state: &Shared) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_new_uuid", 0, flags, move |_| {
        let n = with(&shared, |s| {
            s.uuids += 1;
            s.uuids
        });
        Ok(hyphenated(&format!("{:08x}00004000800000{:010x}", scramble(n) >> 32, n)))
    })?;
    let draw = |state: &Shared| {
        let shared = Arc::clone(state);
        move || {
            scramble(with(&shared, |s| {
                s.randoms += 1;
                s.randoms
            }))
        }
    };
    let next = draw(state);
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    connection
        .create_scalar_function("belt_random", 0, flags, move |_| Ok((next() >> 11) as f64 / (1u64 << 53) as f64))?;
    let next = draw(state);
    #[expect(clippy::cast_possible_wrap, reason = "any sixty-four bits")]
    connection.create_scalar_function("belt_random_int", 0, flags, move |_| Ok(next() as i64))?;
    let next = draw(state);
    connection.create_scalar_function("belt_random_bytes", 1, flags, move |ctx| {
        let length = ctx.get::<i64>(0)?.clamp(1, MAX_BYTES);
        let words = usize::try_from(length).unwrap_or(1).div_ceil(8);
        let mut bytes: Vec<u8> = (0..words).flat_map(|_| next().to_be_bytes()).collect();
        bytes.truncate(usize::try_from(length).unwrap_or(1));
        Ok(bytes)
    })
}

/// SplitMix64's finalizer.
fn scramble(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
