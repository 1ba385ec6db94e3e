//! What was worked out from texts a moment ago, so that it need not be worked out again: a leaf that every module may use.
//!
//! A value that depends on nothing but the texts it is known by can be remembered without anybody noticing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::thread::LocalKey;

use sha2::{Digest, Sha256};

/// Values by the texts they were made of. When there are too many, all go.
pub struct Recent<V> {
    known: HashMap<u128, V>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Recent { known: HashMap::new() }
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
        if let Some(known) = slot.with_borrow(|recent| recent.get(key)) {
            return known;
        }
        let made = make();
        slot.with_borrow_mut(|recent| recent.keep(most, key, made.clone()));
        made
    }

    pub fn get(&self, key: u128) -> Option<V> {
        self.known.get(&key).cloned()
    }

    pub fn keep(&mut self, most: usize, key: u128, value: V) {
        if self.known.len() >= most && !self.known.contains_key(&key) {
            self.known.clear();
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
