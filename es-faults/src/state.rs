//! The decisions: which call fails, what fits on the disk, what a crash leaves. No `unsafe` here.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use rusqlite::ffi;

use crate::fault::Strike;
use crate::gate::Barrier;
use crate::ledger::{Change, Ledger};
use crate::raw::RawFile;
use crate::{Call, Crash, Fault};

/// What all files of one disk share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) counts: [u64; Call::ALL.len()],
    pub(crate) struck: u64,
    pub(crate) faults: Vec<Fault>,
    gates: Vec<(Call, String, Arc<Barrier>)>,
    pub(crate) capacity: Option<u64>,
    pub(crate) read_only: bool,
    /// Counts the crashes: a file opened before the last one is dead.
    crashes: u64,
    /// Whether the power is off since a fault has cut it.
    pub(crate) is_off: bool,
    next_change: u64,
    files: BTreeMap<String, Ledger>,
}

/// One open file, as the decisions see it.
#[derive(Debug)]
pub(crate) struct Handle {
    /// Nameless files are temporary; they share the faults but not the disk.
    path: Option<String>,
    opened_in: u64,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A panicking test must not turn every later file call into a second panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a gate in front of a kind of call on files whose path ends with `ending`.
    pub(crate) fn hold(&self, call: Call, ending: &str) -> Arc<Barrier> {
        let barrier = Arc::new(Barrier::default());
        let mut state = self.lock();
        state.gates.retain(|(_, _, barrier)| !barrier.is_open());
        state.gates.push((call, ending.to_owned(), Arc::clone(&barrier)));
        barrier
    }

    /// Waits at every closed gate in front of the call, without keeping others from the disk.
    fn pass_gates(&self, call: Call, handle: &Handle) {
        let Some(path) = &handle.path else { return };
        let here = |(kind, ending, _): &&(Call, String, Arc<Barrier>)| {
            *kind == call && path.ends_with(ending.as_str())
        };
        let gates: Vec<_> =
            self.lock().gates.iter().filter(here).map(|gate| Arc::clone(&gate.2)).collect();
        for gate in gates {
            gate.pass();
        }
    }

    /// The disk, locked, once a call is admitted; or the code a struck one answers.
    fn admitted(
        &self,
        admit: impl FnOnce(&mut State) -> Result<(), Strike>,
    ) -> Result<MutexGuard<'_, State>, c_int> {
        let mut state = self.lock();
        let Err(strike) = admit(&mut state) else { return Ok(state) };
        drop(state);
        Err(self.suffer(&strike))
    }

    /// Lets a struck call wait and cut the power, and gives what it answers.
    fn suffer(&self, strike: &Strike) -> c_int {
        strike.wait();
        if let Some(crash) = strike.crash {
            let cut = self.crash(crash);
            assert!(cut.is_ok(), "the power cannot be cut: {cut:?}");
            self.lock().is_off = true;
        }
        strike.code()
    }

    /// Decides about opening `path`: the flags to open it with, or the code to answer.
    pub(crate) fn admit_open(&self, path: Option<&str>, flags: c_int) -> Result<c_int, c_int> {
        let state = self.admitted(|state| state.admit(Call::Open, path))?;
        let Some(path) = path.filter(|_| state.read_only) else {
            return Ok(flags);
        };
        if !fs::exists(path).unwrap_or(false) {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        // What SQLite's own file system falls back to on a read-only mount.
        let writing = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE;
        Ok((flags & !writing) | ffi::SQLITE_OPEN_READONLY)
    }

    /// Takes note of a file that was opened.
    pub(crate) fn opened(&self, path: Option<String>, raw: &mut dyn RawFile) -> Handle {
        let mut state = self.lock();
        if let (Some(path), Ok(size)) = (&path, raw.size()) {
            let ledger = state.files.entry(path.clone()).or_default();
            if ledger.size != size {
                // Somebody outside changed the file: what is known of it no longer applies.
                *ledger = Ledger::of_size(size);
            }
        }
        Handle { path, opened_in: state.crashes }
    }

    /// Decides about a call that changes nothing on the disk.
    pub(crate) fn admit(&self, call: Call, handle: &Handle) -> Result<(), c_int> {
        self.admitted(|state| state.admit_file(call, handle)).map(drop)
    }

    /// Whether the file was opened before the last crash.
    pub(crate) fn is_dead(&self, handle: &Handle) -> bool {
        handle.opened_in != self.lock().crashes
    }

    /// Whether the disk is read-only.
    pub(crate) fn is_read_only(&self) -> bool {
        self.lock().read_only
    }

    /// Decides about deleting `path`.
    pub(crate) fn admit_delete(&self, path: &str) -> Result<(), c_int> {
        let state = self.admitted(|state| state.admit(Call::Delete, Some(path)))?;
        if state.read_only { Err(ffi::SQLITE_IOERR_DELETE) } else { Ok(()) }
    }

    /// Takes note of a file that was deleted.
    pub(crate) fn deleted(&self, path: &str) {
        self.lock().files.remove(path);
    }

    /// Writes, unless a fault, the capacity or the read-only switch is in the way.
    pub(crate) fn write(
        &self,
        handle: &Handle,
        raw: &mut dyn RawFile,
        offset: u64,
        bytes: &[u8],
    ) -> c_int {
        self.pass_gates(Call::Write, handle);
        let mut state = self.lock();
        if let Err(strike) = state.admit_file(Call::Write, handle) {
            let written = bytes.get(..strike.written).unwrap_or(bytes);
            if !written.is_empty() {
                state.write(handle, raw, offset, written);
            }
            drop(state);
            return self.suffer(&strike);
        }
        if state.read_only && handle.path.is_some() {
            return ffi::SQLITE_IOERR_WRITE;
        }
        if !state.fits(handle, offset + bytes.len() as u64) {
            return ffi::SQLITE_FULL;
        }
        state.write(handle, raw, offset, bytes)
    }

    /// Truncates, unless something is in the way.
    pub(crate) fn truncate(&self, handle: &Handle, raw: &mut dyn RawFile, size: u64) -> c_int {
        self.pass_gates(Call::Truncate, handle);
        let mut state = match self.admitted(|state| state.admit_file(Call::Truncate, handle)) {
            Ok(state) => state,
            Err(code) => return code,
        };
        if state.read_only && handle.path.is_some() {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        state.truncate(handle, raw, size)
    }

    /// Flushes, unless a fault is in the way; after it the file's changes survive a crash.
    pub(crate) fn sync(&self, handle: &Handle, raw: &mut dyn RawFile, flags: c_int) -> c_int {
        self.pass_gates(Call::Sync, handle);
        let mut state = match self.admitted(|state| state.admit_file(Call::Sync, handle)) {
            Ok(state) => state,
            Err(ffi::SQLITE_OK) => return ffi::SQLITE_OK,
            Err(code) => {
                if let Some(ledger) = self.lock().living_ledger(handle) {
                    ledger.sync_failed();
                }
                return code;
            }
        };
        let code = raw.sync(flags);
        if let Some(ledger) = state.ledger(handle) {
            if code == ffi::SQLITE_OK { ledger.synced() } else { ledger.sync_failed() }
        }
        code
    }

    /// Cuts the power: files opened so far are dead, and unsynced changes meet their fate.
    pub(crate) fn crash(&self, crash: Crash) -> io::Result<()> {
        let mut state = self.lock();
        state.crashes += 1;
        let mut order: Vec<u64> =
            state.files.values().flat_map(|l| l.unsynced.iter().map(|c| c.sequence)).collect();
        order.sort_unstable();
        for (path, ledger) in &mut state.files {
            if ledger.is_clean() {
                continue;
            }
            let image = ledger.after_crash(fs::read(path)?, |change| {
                let index = order.partition_point(|sequence| *sequence < change.sequence);
                crash.survival(index, change)
            });
            fs::write(path, &image)?;
            *ledger = Ledger::of_size(image.len() as u64);
        }
        Ok(())
    }
}

impl State {
    /// Counts a call and looks for a fault that strikes it.
    fn admit(&mut self, call: Call, path: Option<&str>) -> Result<(), Strike> {
        if let Some(count) = self.counts.get_mut(call.index()) {
            *count += 1;
        }
        if self.is_off {
            return Err(Strike::plain(call.usual_error()));
        }
        // Every fault counts every call, also when another one already strikes.
        let mut first = None;
        self.faults.retain_mut(|fault| {
            let Some(strike) = fault.strike(call, path) else {
                return true;
            };
            let keep = !strike.last;
            first.get_or_insert(strike);
            keep
        });
        match first {
            Some(strike) => {
                self.struck += 1;
                Err(strike)
            }
            None => Ok(()),
        }
    }

    fn admit_file(&mut self, call: Call, handle: &Handle) -> Result<(), Strike> {
        self.admit(call, handle.path.as_deref())?;
        if handle.opened_in == self.crashes {
            return Ok(());
        }
        Err(Strike::plain(call.usual_error()))
    }

    fn ledger(&mut self, handle: &Handle) -> Option<&mut Ledger> {
        self.files.get_mut(handle.path.as_deref()?)
    }

    /// The same, but nothing for a file that was opened before the last crash.
    fn living_ledger(&mut self, handle: &Handle) -> Option<&mut Ledger> {
        if handle.opened_in == self.crashes { self.ledger(handle) } else { None }
    }

    /// Whether the disk has room for a file that grows to `end`.
    fn fits(&mut self, handle: &Handle, end: u64) -> bool {
        let Some(capacity) = self.capacity else {
            return true;
        };
        let Some(size) = self.ledger(handle).map(|ledger| ledger.size) else {
            return true;
        };
        let growth = end.saturating_sub(size);
        growth == 0 || self.used() + growth <= capacity
    }

    pub(crate) fn used(&self) -> u64 {
        self.files.values().map(|ledger| ledger.size).sum()
    }

    pub(crate) fn unsynced(&self) -> usize {
        self.files.values().map(|ledger| ledger.unsynced.len()).sum()
    }

    fn write(
        &mut self,
        handle: &Handle,
        raw: &mut dyn RawFile,
        offset: u64,
        bytes: &[u8],
    ) -> c_int {
        let sequence = self.next_change;
        let Some(ledger) = self.ledger(handle) else {
            return raw.write(offset, bytes);
        };
        let end = offset + bytes.len() as u64;
        let old = match read_old(raw, offset, ledger.size.min(end)) {
            Ok(old) => old,
            Err(code) => return code,
        };
        let code = raw.write(offset, bytes);
        if code == ffi::SQLITE_OK {
            let change = Change::write(sequence, ledger.size, offset, old, bytes.to_vec());
            ledger.unsynced.push(change);
            ledger.size = ledger.size.max(end);
            self.next_change += 1;
        }
        code
    }

    fn truncate(&mut self, handle: &Handle, raw: &mut dyn RawFile, size: u64) -> c_int {
        let sequence = self.next_change;
        let Some(ledger) = self.ledger(handle) else {
            return raw.truncate(size);
        };
        let tail = match read_old(raw, size, ledger.size) {
            Ok(tail) => tail,
            Err(code) => return code,
        };
        let code = raw.truncate(size);
        if code == ffi::SQLITE_OK {
            ledger.unsynced.push(Change::truncate(sequence, ledger.size, size, tail));
            ledger.size = size;
            self.next_change += 1;
        }
        code
    }
}

/// Reads what stands between `offset` and `end`, so that it can be put back.
fn read_old(raw: &mut dyn RawFile, offset: u64, end: u64) -> Result<Vec<u8>, c_int> {
    let length = usize::try_from(end.saturating_sub(offset)).map_err(|_| ffi::SQLITE_NOMEM)?;
    let mut old = vec![0; length];
    if old.is_empty() {
        return Ok(old);
    }
    match raw.read(offset, &mut old) {
        ffi::SQLITE_OK => Ok(old),
        code => Err(code),
    }
}
