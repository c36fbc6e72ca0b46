//! What is known of one file: its size, and how to undo what was not synced.
//!
//! A sync that fails is not made good by the next one: Linux takes the pages it could not write for
//! clean, so a later sync succeeds without them, and only writing them again brings them to the
//! disk (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).

use std::collections::BTreeMap;

use crate::crash::Survival;

/// The size of a file and its changes since the last sync.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) size: u64,
    pub(crate) unsynced: Vec<Change>,
    /// How many of these a failed sync has met.
    given_up: usize,
    /// What the disk holds where a sync succeeded without what was written, page by page.
    stale: BTreeMap<u64, Vec<Patch>>,
}

/// The system writes back whole pages: a page that is written to again is whole again.
const PAGE: u64 = 4096;

/// Bytes within one page, and where in the file they are.
#[derive(Debug)]
struct Patch {
    offset: u64,
    bytes: Vec<u8>,
}

/// One change of a file that was not synced yet.
#[derive(Debug)]
pub(crate) struct Change {
    /// Orders the changes of all files.
    pub(crate) sequence: u64,
    /// The size before the change.
    old_size: u64,
    /// Where the change begins.
    offset: u64,
    /// What stood from `offset` on before the change, up to its end or the end of the file.
    old: Vec<u8>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Write(Vec<u8>),
    Truncate,
}

impl Change {
    /// A write of `new` at `offset`, over `old`.
    pub(crate) fn write(
        sequence: u64,
        old_size: u64,
        offset: u64,
        old: Vec<u8>,
        new: Vec<u8>,
    ) -> Self {
        Self { sequence, old_size, offset, old, kind: Kind::Write(new) }
    }

    /// A truncation to `size`, which cut `tail` off.
    pub(crate) fn truncate(sequence: u64, old_size: u64, size: u64, tail: Vec<u8>) -> Self {
        Self { sequence, old_size, offset: size, old: tail, kind: Kind::Truncate }
    }

    /// How many bytes the change wrote.
    pub(crate) fn length(&self) -> usize {
        match &self.kind {
            Kind::Write(new) => new.len(),
            Kind::Truncate => 0,
        }
    }

    /// What a write replaced, cut where pages begin; what was beyond the end is zeros.
    fn before(&self) -> impl Iterator<Item = Patch> {
        let mut old = self.old.clone();
        old.resize(self.length(), 0);
        let mut offset = self.offset;
        std::iter::from_fn(move || {
            let length = old.len().min(to_usize(PAGE - offset % PAGE));
            let bytes: Vec<u8> = old.drain(..length).collect();
            let patch = Patch { offset, bytes };
            offset += length as u64;
            (length > 0).then_some(patch)
        })
    }

    fn undo(&self, image: &mut Vec<u8>) {
        overwrite(image, self.offset, &self.old);
        image.resize(to_usize(self.old_size), 0);
    }

    fn redo(&self, image: &mut Vec<u8>, survival: Survival) {
        match (&self.kind, survival) {
            (_, Survival::Lost) | (Kind::Truncate, Survival::Torn(_)) => {}
            (Kind::Write(new), Survival::Whole) => overwrite(image, self.offset, new),
            (Kind::Write(new), Survival::Torn(bytes)) => {
                overwrite(image, self.offset, new.get(..bytes).unwrap_or(new));
            }
            (Kind::Truncate, Survival::Whole) => image.truncate(to_usize(self.offset)),
        }
    }
}

impl Ledger {
    /// A file of which nothing but its size is known.
    pub(crate) fn of_size(size: u64) -> Self {
        Self { size, ..Self::default() }
    }

    /// A sync failed: the system gives the changes up and takes them for written.
    pub(crate) fn sync_failed(&mut self) {
        self.given_up = self.unsynced.len();
    }

    /// A sync succeeded, for what no failed one has met before.
    pub(crate) fn synced(&mut self) {
        for (index, change) in self.unsynced.drain(..).enumerate() {
            let first_page = change.offset / PAGE;
            match &change.kind {
                Kind::Truncate => drop(self.stale.split_off(&(first_page + 1))),
                Kind::Write(_) if index < self.given_up => {
                    for patch in change.before() {
                        self.stale.entry(patch.offset / PAGE).or_default().push(patch);
                    }
                }
                Kind::Write(new) => {
                    let end = change.offset + new.len() as u64;
                    (first_page..end.div_ceil(PAGE)).for_each(|page| {
                        self.stale.remove(&page);
                    });
                }
            }
        }
        self.given_up = 0;
    }

    /// Whether a crash can lose anything.
    pub(crate) fn is_clean(&self) -> bool {
        self.unsynced.is_empty() && self.stale.is_empty()
    }

    /// Turns what the file holds now into what a crash leaves of it.
    ///
    /// First every unsynced change is undone, last one first; then what survives is done again.
    pub(crate) fn after_crash(
        &self,
        mut image: Vec<u8>,
        survival: impl Fn(&Change) -> Survival,
    ) -> Vec<u8> {
        for change in self.unsynced.iter().rev() {
            change.undo(&mut image);
        }
        for change in &self.unsynced {
            let fate = survival(change);
            change.redo(&mut image, fate);
        }
        // The first one of a place tells what the disk holds, so it has the last word.
        for patch in self.stale.values().flat_map(|patches| patches.iter().rev()) {
            let room = image.len().saturating_sub(to_usize(patch.offset));
            overwrite(&mut image, patch.offset, patch.bytes.get(..room).unwrap_or(&patch.bytes));
        }
        image
    }
}

/// Puts `bytes` at `offset`; a gap before it is filled with zeros.
fn overwrite(image: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let start = to_usize(offset);
    let end = start + bytes.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    if let Some(place) = image.get_mut(start..end) {
        place.copy_from_slice(bytes);
    }
}

/// Files under test fit into memory, so their offsets fit into `usize`.
fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> (Ledger, Vec<u8>) {
        let mut ledger = Ledger::of_size(6);
        ledger.unsynced.push(Change::write(0, 4, 2, b"cd".to_vec(), b"CDEF".to_vec()));
        ledger.unsynced.push(Change::truncate(1, 6, 3, b"DEF".to_vec()));
        ledger.unsynced.push(Change::write(2, 3, 5, Vec::new(), b"!".to_vec()));
        (ledger, b"abC\0\0!".to_vec())
    }

    #[test]
    fn losing_everything_gives_what_was_synced() {
        let (ledger, now) = ledger();
        assert_eq!(ledger.after_crash(now, |_| Survival::Lost), b"abcd");
    }

    #[test]
    fn keeping_everything_gives_what_is_there() {
        let (ledger, now) = ledger();
        assert_eq!(ledger.after_crash(now.clone(), |_| Survival::Whole), now);
    }

    #[test]
    fn a_torn_write_leaves_its_first_bytes() {
        let (ledger, now) = ledger();
        let survival = |change: &Change| match change.sequence {
            0 => Survival::Torn(1),
            _ => Survival::Lost,
        };
        assert_eq!(ledger.after_crash(now, survival), b"abCd");
    }

    #[test]
    fn what_a_failed_sync_met_is_lost_although_the_next_one_succeeds() {
        let (mut ledger, now) = ledger();
        ledger.sync_failed();
        ledger.synced();
        assert!(!ledger.is_clean());
        assert_eq!(ledger.after_crash(now, |_| Survival::Whole), b"abcd\0\0");
    }

    #[test]
    fn what_was_written_again_after_a_failed_sync_is_kept() {
        let (mut ledger, now) = ledger();
        ledger.sync_failed();
        ledger.unsynced.push(Change::write(3, 6, 2, b"C".to_vec(), b"C".to_vec()));
        ledger.unsynced.push(Change::write(4, 6, 5, b"!".to_vec(), b"!".to_vec()));
        ledger.synced();
        assert_eq!(ledger.after_crash(now.clone(), |_| Survival::Whole), now);
    }
}
