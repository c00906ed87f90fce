//! What was asked for lately: a map of bounded weight that forgets what nobody has asked for in a while.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A map in two generations. When the younger one is full it becomes the older one, and what was older is forgotten; what is
/// asked for becomes young again.
#[derive(Debug)]
pub struct Recent<K, V> {
    young: BTreeMap<K, (V, usize)>,
    old: BTreeMap<K, (V, usize)>,
    weight: usize,
    most: usize,
}

impl<K: Ord, V: Clone> Recent<K, V> {
    /// An empty map; a generation holds as much as `most`, in whatever things weigh.
    pub fn new(most: usize) -> Self {
        Self { young: BTreeMap::new(), old: BTreeMap::new(), weight: 0, most }
    }

    /// What is there by this name.
    pub fn get<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, (value, weight)) = self.old.remove_entry(key)?;
        self.put(key, value.clone(), weight);
        Some(value)
    }

    /// Puts something there. What is heavier than a whole generation is not kept.
    pub fn put(&mut self, key: K, value: V, weight: usize) {
        if weight > self.most {
            return;
        }
        if self.weight + weight > self.most {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += weight;
        self.young.insert(key, (value, weight));
    }
}

/// The same by a number and bytes, of which many begin alike: looked up by a check sum, and taken only where all of them are
/// the same.
#[derive(Debug)]
pub struct RecentBytes<V> {
    by_sum: Recent<Sum, (Arc<[u8]>, V)>,
}

/// The check sum of some bytes, how many they are, and their number.
type Sum = (u32, usize, usize);

impl<V: Clone> RecentBytes<V> {
    /// An empty map; a generation holds so many bytes.
    pub fn new(most: usize) -> Self {
        Self { by_sum: Recent::new(most) }
    }

    /// What is there by these bytes, of which the check sum is known.
    pub fn get(&mut self, number: usize, bytes: &[u8], sum: u32) -> Option<V> {
        let (own, value) = self.by_sum.get(&(sum, bytes.len(), number))?;
        (*own == *bytes).then_some(value)
    }

    /// Puts something there.
    pub fn put(&mut self, number: usize, bytes: &[u8], sum: u32, value: V) {
        self.by_sum.put((sum, bytes.len(), number), (bytes.into(), value), bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays() {
        let mut recent: Recent<String, u32> = Recent::new(10);
        recent.put("daily".to_owned(), 1, 1);
        recent.put("once".to_owned(), 2, 1);
        for number in 0..100 {
            assert_eq!(recent.get("daily"), Some(1), "{number}");
            recent.put(format!("other {number}"), number, 1);
            assert!(recent.young.len() + recent.old.len() <= 20);
        }
        assert_eq!(recent.get("once"), None);
        recent.put("heavy".to_owned(), 3, 11);
        assert_eq!(recent.get("heavy"), None);
        assert_eq!(recent.get("daily"), Some(1));
    }

    #[test]
    fn what_has_the_same_check_sum_is_told_apart() {
        // Two texts with one CRC-32: both come to 4DDB0C25 (`python3 -c 'import zlib; print(hex(zlib.crc32(b"plumless")))'`).
        let mut recent = RecentBytes::new(100);
        let sum = crc32fast::hash(b"plumless");
        assert_eq!(crc32fast::hash(b"buckeroo"), sum);
        recent.put(0, b"plumless", sum, 1);
        assert_eq!((recent.get(0, b"buckeroo", sum), recent.get(1, b"plumless", sum)), (None, None));
        recent.put(0, b"buckeroo", sum, 2);
        assert_eq!((recent.get(0, b"plumless", sum), recent.get(0, b"buckeroo", sum)), (None, Some(2)));
    }
}
