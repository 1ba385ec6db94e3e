//! What was worked out from texts a moment ago, so that it need not be worked out again: a leaf that every module may use.
//!
//! A value that depends on nothing but the texts it is known by can be remembered without anybody noticing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::thread::LocalKey;

use sha2::{Digest, Sha256};

/// Values by the texts they were made of. When there are too many, those go that were not asked for since the last time.
pub struct Recent<V> {
    known: HashMap<u128, V>,
    /// Values that go the next time, unless they are asked for before.
    older: HashMap<u128, V>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Recent { known: HashMap::new(), older: HashMap::new() }
    }
}

impl<V: Clone> Recent<V> {
    /// What `make` gives for these texts, which must depend on nothing else.
    pub fn or_make(
        slot: &'static LocalKey<RefCell<Recent<V>>>,
        most: usize,
        texts: &[&str],
        make: impl FnOnce() -> V,
    ) -> V {
        let key = key(texts);
        if let Some(known) = slot.with_borrow_mut(|recent| recent.get(most, key)) {
            return known;
        }
        let made = make();
        slot.with_borrow_mut(|recent| recent.keep(most, key, made.clone()));
        made
    }

    pub fn get(&mut self, most: usize, key: u128) -> Option<V> {
        if let Some(known) = self.known.get(&key) {
            return Some(known.clone());
        }
        let known = self.older.remove(&key)?;
        self.keep(most, key, known.clone());
        Some(known)
    }

    /// Remembers a value; at most twice `most` are held.
    pub fn keep(&mut self, most: usize, key: u128, value: V) {
        if self.known.len() >= most {
            self.older = std::mem::take(&mut self.known);
        }
        self.known.insert(key, value);
    }
}

/// The number these texts are known by.
pub fn key(texts: &[&str]) -> u128 {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let mut recent = Recent::default();
        for number in 0..100 {
            recent.keep(4, number, number);
            assert_eq!(recent.get(4, 0), Some(0), "asked for after each of {number} others");
        }
        let left = (1..100).filter(|number| recent.get(4, *number).is_some()).count();
        assert!((3..=8).contains(&left), "{left}");
    }

    #[test]
    fn texts_are_told_apart_by_where_they_end() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
