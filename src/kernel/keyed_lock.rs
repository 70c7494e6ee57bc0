//! Locks by key, for calls that would otherwise race each other for the same documents.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash};

use tokio::sync::{Mutex, MutexGuard};

/// Lets calls with the same key through one at a time, in the order in which they came.
///
/// It saves work and makes waiting fair within this process. It is not what makes anything correct: that is the
/// store's etags, which count for other processes too. A lock is held while waiting for the store; whoever holds one
/// takes no second.
#[derive(Debug)]
pub struct KeyedLocks(Box<[Mutex<()>]>);

/// Releases the lock when dropped.
pub type KeyedLockGuard<'a> = MutexGuard<'a, ()>;

/// Two keys share a lock now and then; with this many it seldom costs anything.
const LOCKS: usize = 1024;

impl Default for KeyedLocks {
    fn default() -> Self {
        Self((0..LOCKS).map(|_| Mutex::default()).collect())
    }
}

impl KeyedLocks {
    pub async fn lock(&self, key: &impl Hash) -> KeyedLockGuard<'_> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let index = usize::try_from(hash % LOCKS as u64).unwrap_or(0);
        self.0[index].lock().await
    }
}
